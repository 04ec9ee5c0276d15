import type { Context } from '../../ports.ts';
import { sendJson } from '../../services/http.node.ts';
import { type Answer, type Call, metadataOf } from './call.ts';
import { asObject } from '../../services/gcp/credentials.ts';
import { GcpFailure } from '../../services/gcp/failure.ts';
import { serviceMessage } from '../../services/service-message.ts';

const statusNames: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
};

/** Asks Cloud KMS over REST. Throws {@link GcpFailure} with the status that it gave, and `HttpFailure`. */
export async function askRest(call: Call, url: string, context: Context, signal?: AbortSignal): Promise<Answer> {
  const { action, name, input } = call;
  const [from, to] = action === 'encrypt' ? (['plaintext', 'ciphertext'] as const) : (['ciphertext', 'plaintext'] as const);
  const sent = Buffer.from(input).toString('base64');
  const path = name.split('/').map(encodeURIComponent).join('/');
  const { status, json } = await sendJson(
    { method: 'POST', url: `${url}/v1/${path}:${action}`, headers: metadataOf(call), json: { name, [from]: sent } },
    context,
    signal,
  );
  if (status !== 200) throw refusal(status, json, [call.authorization.token, sent]);
  const fields = asObject(json) ?? {};
  const output = fields[to];
  if (typeof output !== 'string') throw new GcpFailure(`the answer is without '${to}'`, 'MALFORMED');
  const checksum = Number(fields[`${to}Crc32c`] ?? NaN);
  return { output: Buffer.from(output, 'base64'), ...(Number.isNaN(checksum) ? {} : { checksum }) };
}

function refusal(status: number, json: unknown, secrets: readonly string[]): GcpFailure {
  const error = asObject(asObject(json)?.['error']) ?? {};
  const name = typeof error['status'] === 'string' ? error['status'] : (statusNames[status] ?? (status >= 500 ? 'UNAVAILABLE' : ''));
  const message = typeof error['message'] === 'string' ? serviceMessage(error['message'], secrets) : `status ${status}`;
  return new GcpFailure(message, name);
}
