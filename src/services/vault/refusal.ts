import type { JsonAnswer } from '../http.node.ts';
import { serviceMessage } from '../service-message.ts';

/** What Vault refused, and whose request it was. */
export interface Refused {
  /** Path below `/v1/`, with slashes. */
  readonly path: string;
  /** Where the token is from; undefined where none was sent. */
  readonly token: string | undefined;
  /** What a policy must allow for it, and what kind of engine is meant: for whoever must be told. */
  readonly needs: Needs;
  /** What must not be repeated, whoever says it. */
  readonly secrets: readonly string[];
}

export interface Needs {
  readonly engine: string;
  readonly capabilities: readonly string[];
}

/** What an answer other than 2xx means and what to do about it, in one line without any of the secrets. */
export function explain({ status, json }: JsonAnswer, refused: Refused): string {
  const raw = errorsIn(json);
  const said = serviceMessage(withoutBullets(raw), refused.secrets);
  const remedy = remedyFor(status, raw, refused);
  return [`status ${status}${said === '' ? '' : `, ${said}`}`, remedy].filter((part) => part !== '').join('; ');
}

function errorsIn(json: unknown): string {
  if (typeof json !== 'object' || json === null || !('errors' in json) || !Array.isArray(json.errors)) return '';
  const texts = json.errors.filter((error: unknown): error is string => typeof error === 'string');
  return texts.join(', ');
}

/** Vault lists errors in lines with bullets. */
const withoutBullets = (text: string): string => text.replaceAll(/\d+ errors? occurred:\s*/g, '').replaceAll(/\s*\*\s+/g, ' ');

/** Whether Vault does not take the token at all, so that another token might do. */
export const isTokenRefused = ({ status, json }: JsonAnswer): boolean => status === 403 && namesToken(errorsIn(json));

/** Of a token that it does not know (any more) Vault says the bare words or names the token; of a token without the right it counts errors first. */
const namesToken = (raw: string): boolean => /^permission denied$|invalid token|bad token/.test(raw);

function remedyForDenial(raw: string, { path, token, needs }: Refused): string {
  if (token === undefined) return 'no token was sent: set VAULT_TOKEN, or log in with: vault login';
  if (namesToken(raw)) return `${token} is expired, revoked, or of another server or namespace: log in again`;
  return `the policies of ${token} lack: ${policyFor(path, needs.capabilities)}`;
}

const policyFor = (path: string, capabilities: readonly string[]): string =>
  `path "${path}" { capabilities = [${capabilities.map((capability) => `"${capability}"`).join(', ')}] }`;

const remedyForLogin =
  'is this method mounted there (SOPSMITH_VAULT_AUTH_MOUNT), and are the role, what it is bound to and the credentials right?';

const keyConfig = (path: string): string => path.replace(/\/[^/]+\/([^/]+)$/, '/keys/$1/config');

const remedies: readonly (readonly [RegExp, (path: string) => string])[] = [
  [
    /disallowed by policy \(too old\)/,
    (path) =>
      `a version of the key below its min_decryption_version wrapped it: lower that for a while (vault write ${keyConfig(path)} min_decryption_version=1), and run updatekeys --rewrap`,
  ],
  [/version is too new/, () => 'a later version of the key wrapped it: this is an older copy of the key, or another key of that name'],
  [/message authentication failed|invalid ciphertext/, () => 'another key of that name wrapped it, or the entry was changed'],
  [/encryption key not found/, () => 'it was deleted, or is in another namespace (VAULT_NAMESPACE)'],
  [/no handler for route/, () => 'no secrets engine is mounted there in this namespace (VAULT_NAMESPACE)'],
  [/namespace not found/, () => 'VAULT_NAMESPACE names none'],
  [/sealed/, () => 'it must be unsealed first'],
  [/missing client token/, () => 'set VAULT_TOKEN, or log in with: vault login'],
];

function remedyFor(status: number, raw: string, refused: Refused): string {
  if (refused.path.startsWith('auth/')) return raw === '' ? wordless(status) : remedyForLogin;
  if (status === 403 && raw !== '') return remedyForDenial(raw, refused);
  const [, remedy] = remedies.find(([pattern]) => pattern.test(raw)) ?? [];
  if (remedy !== undefined) return remedy(refused.path);
  if (status === 404) return `nothing is at '${refused.path}': is that a ${refused.needs.engine} engine?`;
  return raw === '' || status === 429 ? wordless(status) : '';
}

/** What to do about a status that nothing explains: it may be that of a proxy on the way. */
function wordless(status: number): string {
  if (status === 429) return 'its limit of requests is reached: try again later';
  if (status >= 500) return 'it is in trouble: try again later';
  return 'without a word from Vault: is Vault at this address, and is http or https right?';
}
