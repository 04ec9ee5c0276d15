import { SopsError, type SopsErrorCode } from '../../errors.ts';
import type { WrappedKey } from '../../metadata/metadata.ts';
import type { Context } from '../../ports.ts';
import { HttpFailure } from '../../services/http-failure.ts';
import type { JsonAnswer } from '../../services/http.node.ts';
import type { KeyClient } from '../keysource.ts';
import { ask, confided, vaultAt } from '../../services/vault/ask.ts';
import { withoutUser } from '../../services/vault/address.ts';
import type { HcVaultKey } from './master-key.ts';
import { explain, isTokenRefused, type Needs } from '../../services/vault/refusal.ts';
import { type Token, tokenFor } from '../../services/vault/token.ts';

/** The transit engine of HashiCorp Vault or OpenBao. A key that does not exist is made by the first wrapping, where the token may. */
export const client: KeyClient<HcVaultKey> = { wrap, unwrap, rewrap };

async function wrap(dataKey: Uint8Array, masterKey: HcVaultKey, context: Context, signal?: AbortSignal): Promise<string> {
  const plaintext = Buffer.from(dataKey).toString('base64');
  return transit({ verb: 'encrypt', masterKey, input: { plaintext }, output: 'ciphertext', context, signal });
}

async function unwrap({ masterKey, wrapped }: WrappedKey<HcVaultKey>, context: Context, signal?: AbortSignal): Promise<Uint8Array> {
  const text = await transit({ verb: 'decrypt', masterKey, input: { ciphertext: wrapped }, output: 'plaintext', context, signal });
  const dataKey = Buffer.from(text, 'base64');
  if (dataKey.toString('base64') !== text) throw failure({ verb: 'decrypt', masterKey }, 'the answer is not base64');
  return new Uint8Array(dataKey);
}

async function rewrap({ masterKey, wrapped }: WrappedKey<HcVaultKey>, context: Context, signal?: AbortSignal): Promise<string> {
  return transit({ verb: 'rewrap', masterKey, input: { ciphertext: wrapped }, output: 'ciphertext', context, signal });
}

/** One thing that transit does for us. */
interface Task {
  readonly verb: 'encrypt' | 'decrypt' | 'rewrap';
  readonly masterKey: HcVaultKey;
  readonly input: Readonly<Record<string, string>>;
  /** The field of the answer that is wanted. */
  readonly output: 'plaintext' | 'ciphertext';
  readonly context: Context;
  readonly signal: AbortSignal | undefined;
}

async function transit(task: Task): Promise<string> {
  try {
    return await perform(task);
  } catch (error) {
    if (error instanceof SopsError) throw failure(task, error.message);
    if (error instanceof HttpFailure) throw failure(task, `${error.message}${hint(error)}`);
    throw error;
  }
}

async function perform({ verb, masterKey, input, output, context, signal }: Task): Promise<string> {
  const { vaultAddress, enginePath, keyName } = masterKey;
  const vault = await vaultAt(vaultAddress, context, signal);
  const path = [...enginePath.split('/'), verb, keyName];
  const attempt = async (refused?: Token): Promise<string> => {
    const token = await tokenFor(vault, refused);
    const answer = await ask(vault, path, input, token.value);
    if (isTokenRefused(answer) && token.renewable) return attempt(token);
    const secrets = [token.value ?? '', input['plaintext'] ?? '', ...confided(vault)];
    if (answer.status < 200 || answer.status > 299)
      throw new SopsError(
        'DATA_KEY_UNRECOVERABLE',
        explain(answer, { path: path.join('/'), token: token.from, needs: needs[verb], secrets }),
      );
    return field(answer, output);
  };
  return attempt();
}

function field({ json }: JsonAnswer, name: string): string {
  const data = typeof json === 'object' && json !== null && 'data' in json ? json.data : undefined;
  const value: unknown = typeof data === 'object' && data !== null ? new Map<string, unknown>(Object.entries(data)).get(name) : undefined;
  if (typeof value !== 'string' || value === '') throw new SopsError('DATA_KEY_UNRECOVERABLE', `the answer holds no ${name}`);
  return value;
}

const needs: Readonly<Record<Task['verb'], Needs>> = {
  encrypt: { engine: 'transit', capabilities: ['create', 'update'] },
  decrypt: { engine: 'transit', capabilities: ['update'] },
  rewrap: { engine: 'transit', capabilities: ['update'] },
};

const failures: Readonly<Record<Task['verb'], readonly [SopsErrorCode, string]>> = {
  encrypt: ['DATA_KEY_UNWRAPPABLE', 'cannot wrap with'],
  decrypt: ['DATA_KEY_UNRECOVERABLE', 'cannot unwrap with'],
  rewrap: ['DATA_KEY_UNWRAPPABLE', 'cannot rewrap with'],
};

function failure({ verb, masterKey: { vaultAddress, enginePath, keyName } }: Pick<Task, 'verb' | 'masterKey'>, why: string): SopsError {
  const [code, what] = failures[verb];
  return new SopsError(code, `${what} Vault key '${withoutUser(vaultAddress)}/v1/${enginePath}/keys/${keyName}': ${why}`);
}

function hint({ reason, message }: HttpFailure): string {
  if (reason === 'untrusted') return '; VAULT_CACERT names a file with the certificate of its authority';
  if (reason === 'malformed' && message.endsWith('does not speak TLS')) return '; is its address http:// rather than https://?';
  if (reason === 'unreachable') return '; is Vault running, and is its address right?';
  return '';
}
