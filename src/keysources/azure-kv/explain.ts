import { fieldIn, textIn } from '../../services/json-field.ts';
import { serviceMessage } from '../../services/service-message.ts';

export type Operation = 'get' | 'encrypt' | 'decrypt';

/** An answer of Key Vault that is no success. */
export interface Refusal {
  readonly status: number;
  readonly json: unknown;
  readonly operation: Operation;
  /** What must not be repeated: the token, and what was sent. */
  readonly secrets: readonly string[];
}

/** Why Key Vault refused, and what to do about it. */
export function explain({ status, json, operation, secrets }: Refusal): string {
  const { code, inner, message } = faultIn(json);
  const said = message === '' ? '' : ` (${serviceMessage(`${inner || code}: ${message}`, secrets)})`;
  return `${remedy(status, operation, `${inner} ${message}`)}${said}`;
}

function remedy(status: number, operation: Operation, fault: string): string {
  if (status === 401) return 'the vault does not take the token: sign in again, with az login or new credentials';
  if (status === 403) return forbidden(operation, fault);
  if (status === 404) return 'the vault has no such key or version';
  if (status === 429) return 'the vault is throttled: try again later';
  if (status >= 500) return `the vault failed with status ${status}: try again later`;
  return status === 400 && operation === 'decrypt'
    ? 'this version of the key did not wrap the data key'
    : `the vault answered with status ${status}`;
}

function forbidden(operation: Operation, fault: string): string {
  if (/ForbiddenByFirewall|ForbiddenByConnection|ForbiddenByPolicy/.test(fault)) return "the vault's network rules keep this machine out";
  if (/disabled/i.test(fault)) return 'the key is disabled: enable it in the vault';
  if (/expired|not yet valid/i.test(fault)) return 'the key is out of its time: name another version';
  if (/key_ops|KeyOperationForbidden/.test(fault)) return `the key is not for ${operation}`;
  return `access denied: the permission keys/${operation} is missing (role Key Vault Crypto User)`;
}

interface Fault {
  readonly code: string;
  readonly inner: string;
  readonly message: string;
}

/** `{ error: { code, message, innererror: { code } } }` */
function faultIn(json: unknown): Fault {
  const error = fieldIn(json, 'error');
  return { code: textIn(error, 'code'), inner: textIn(fieldIn(error, 'innererror'), 'code'), message: textIn(error, 'message') };
}
