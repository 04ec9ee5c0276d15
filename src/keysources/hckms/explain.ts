import { fieldIn, textIn } from '../../services/json-field.ts';
import { serviceMessage } from '../../services/service-message.ts';

/** An answer of a service of Huawei that is no success. */
export interface Refusal {
  readonly status: number;
  readonly json: unknown;
  /** What was asked of KMS; without, it was IAM or another giver of credentials. */
  readonly operation?: 'encrypt' | 'decrypt';
  /** What must not be repeated. */
  readonly secrets?: readonly string[];
}

/** Why it refused, and what to do about it. */
export function explain({ status, json, operation, secrets }: Refusal): string {
  const { code, message } = faultIn(json);
  const said = message === '' ? '' : ` (${serviceMessage(`${code}: ${message.replaceAll(/Signature=\w+/g, 'Signature=…')}`, secrets)})`;
  return `${remedy(status, message, operation)}${said}`;
}

function remedy(status: number, message: string, operation: Refusal['operation']): string {
  if (status === 401) return unknownCaller(message);
  if (status === 403)
    return operation === undefined ? 'access denied' : `access denied: the permission kms:cmk:${operation}Data is missing`;
  if (status === 429) return 'the service is throttled: try again later';
  if (status >= 500) return `the service failed with status ${status}: try again later`;
  if (status === 400 && operation !== undefined) return aboutKey(message, operation);
  return status === 404 ? 'nothing is there: look at the region and the project' : `the service answered with status ${status}`;
}

function unknownCaller(message: string): string {
  if (/expired|security token/i.test(message)) return 'the credentials have expired, or the clock is wrong: get new ones';
  return 'the credentials are not taken: look at HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, and at the clock';
}

function aboutKey(message: string, operation: 'encrypt' | 'decrypt'): string {
  if (/not exist/i.test(message)) return 'there is no such key in this region and project';
  if (/disabled|pending|frozen|expired/i.test(message)) return 'the key is not in use: look at its state';
  return operation === 'decrypt' ? 'another key wrapped the data key, or the entry was changed' : 'the service does not take the request';
}

interface Fault {
  readonly code: string;
  readonly message: string;
}

/** `{ error_code, error_msg }` or `{ code, message }`, at the top or below `error`. */
function faultIn(json: unknown): Fault {
  for (const place of [json, fieldIn(json, 'error')]) {
    const message = textIn(place, 'error_msg') || textIn(place, 'message');
    if (message !== '') return { code: textIn(place, 'error_code') || textIn(place, 'code'), message };
  }
  return { code: '', message: '' };
}
