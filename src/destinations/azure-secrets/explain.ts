import { fieldIn, textIn } from '../../services/json-field.ts';
import { serviceMessage } from '../../services/service-message.ts';

/** As permissions call it. */
export type Operation = 'get' | 'set' | 'list' | 'delete' | 'recover';

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
  const { code, message } = faultIn(json);
  const said = message === '' ? '' : ` (${serviceMessage(`${code}: ${message}`, secrets)})`;
  return `${remedy(status, operation, `${code} ${message}`)}${said}`;
}

function remedy(status: number, operation: Operation, fault: string): string {
  if (status === 401) return 'the vault does not take the token: sign in again, with az login or new credentials';
  if (status === 403) return forbidden(operation, fault);
  if (status === 409) return 'the vault is still at work on this secret: try again later';
  if (status === 429) return 'the vault is throttled: try again later';
  return status >= 500 ? `the vault failed with status ${status}: try again later` : `the vault answered with status ${status}`;
}

function forbidden(operation: Operation, fault: string): string {
  if (/ForbiddenByFirewall|ForbiddenByConnection|ForbiddenByPolicy/.test(fault)) return "the vault's network rules keep this machine out";
  if (/disabled/i.test(fault)) return 'the secret is disabled: enable it in the vault';
  return `access denied: the permission secrets/${operation} is missing (role Key Vault Secrets Officer)`;
}

interface Fault {
  readonly code: string;
  readonly message: string;
}

/** `{ error: { code, message, innererror: { code } } }`, the inner code first. */
export function faultIn(json: unknown): Fault {
  const error = fieldIn(json, 'error');
  return { code: textIn(fieldIn(error, 'innererror'), 'code') || textIn(error, 'code'), message: textIn(error, 'message') };
}
