import type { SopsErrorCode } from '../../errors.ts';
import type { WrappedKey } from '../../metadata/metadata.ts';
import type { Context } from '../../ports.ts';
import { HttpFailure } from '../../services/http-failure.ts';
import { type JsonAnswer, sendJson } from '../../services/http.node.ts';
import { textIn } from '../../services/json-field.ts';
import { ServiceFailure } from '../../services/service-failure.ts';
import { telling, type Telling } from '../key-failure.ts';
import type { KeyClient } from '../keysource.ts';
import { type Credentials, findCredentials } from './credentials.ts';
import { explain } from './explain.ts';
import type { HcKmsKey } from './master-key.ts';
import { projectOf } from './project.ts';
import { kmsEndpoints } from './region.ts';
import { sign } from './signature.node.ts';

/** HuaweiCloud KMS over its REST interface. There is no `rewrap`: the service has no such request. */
export const client: KeyClient<HcKmsKey> = { wrap, unwrap };

const failing = (code: SopsErrorCode, failure: string, { keyId }: HcKmsKey): Telling => ({
  code,
  failure: `${failure} HuaweiCloud KMS key '${keyId}'`,
});

async function wrap(dataKey: Uint8Array, masterKey: HcKmsKey, context: Context, signal?: AbortSignal): Promise<string> {
  return telling(failing('DATA_KEY_UNWRAPPABLE', 'cannot wrap with', masterKey), async () => {
    const answer = await ask({ masterKey, operation: 'encrypt', text: Buffer.from(dataKey).toString('base64') }, context, signal);
    return textIn(answer, 'cipher_text') || malformed();
  });
}

async function unwrap({ masterKey, wrapped }: WrappedKey<HcKmsKey>, context: Context, signal?: AbortSignal): Promise<Uint8Array> {
  return telling(failing('DATA_KEY_UNRECOVERABLE', 'cannot unwrap with', masterKey), async () => {
    const text = textIn(await ask({ masterKey, operation: 'decrypt', text: wrapped }, context, signal), 'plain_text');
    const bytes = Buffer.from(text, 'base64');
    return text !== '' && bytes.toString('base64') === text ? bytes : malformed();
  });
}

function malformed(): never {
  throw new ServiceFailure('the answer of the service is malformed');
}

/** What is asked of KMS about a key. */
interface KmsRequest {
  readonly masterKey: HcKmsKey;
  readonly operation: 'encrypt' | 'decrypt';
  readonly text: string;
}

async function ask({ masterKey, operation, text }: KmsRequest, context: Context, signal: AbortSignal | undefined): Promise<unknown> {
  const [, region = '', id = ''] = /^([^:]*):(.*)$/s.exec(masterKey.keyId)?.map((part) => part.trim()) ?? [];
  const endpoints = await kmsEndpoints(region, context);
  const credentials = await findCredentials(context, signal);
  const project = await projectOf(region, credentials, context, signal);
  const content = { key_id: id, [operation === 'encrypt' ? 'plain_text' : 'cipher_text']: text, encryption_algorithm: 'SYMMETRIC_DEFAULT' };
  const path = `/v1.0/${encodeURIComponent(project)}/kms/${operation}-data`;
  const answer = await post(endpoints, { path, project, json: content, credentials }, context, signal);
  if (answer.status === 200) return answer.json;
  const { secretKey, securityToken = '' } = credentials;
  throw new ServiceFailure(explain({ ...answer, operation, secrets: [text, secretKey, securityToken] }));
}

interface Content {
  readonly path: string;
  readonly project: string;
  readonly json: object;
  readonly credentials: Credentials;
}

/** Asks the first address, and the next where that cannot be reached. */
async function post(
  [endpoint = '', ...others]: readonly string[],
  content: Content,
  context: Context,
  signal: AbortSignal | undefined,
): Promise<JsonAnswer> {
  const { path, project, json, credentials } = content;
  const url = new URL(path, endpoint);
  const request = { method: 'POST', url, headers: { 'x-project-id': project }, body: JSON.stringify(json) } as const;
  try {
    return await sendJson({ method: 'POST', url: url.href, headers: sign(request, credentials, context.now()), json }, context, signal);
  } catch (error) {
    const unreachable = error instanceof HttpFailure && (error.reason === 'unreachable' || error.reason === 'untrusted');
    if (!unreachable || others.length === 0) throw error;
    return post(others, content, context, signal);
  }
}
