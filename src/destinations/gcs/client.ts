import { SopsError } from '../../errors.ts';
import { HttpFailure } from '../../services/http-failure.ts';
import { sendJson } from '../../services/http.node.ts';
import { fieldIn, textIn } from '../../services/json-field.ts';
import { serviceMessage } from '../../services/service-message.ts';
import type { Context } from '../../ports.ts';
import { type Authorization, authorize, type Purpose } from '../../services/gcp/access-token.node.ts';
import { GcpFailure } from '../../services/gcp/failure.ts';
import type { FileClient, Published, Target } from '../destination.ts';
import { type Bucket, gcsUrl } from './bucket.ts';

/** Objects of Google Cloud Storage, over its JSON interface. */
export const client: FileClient<Bucket> = { put };

async function put(file: Uint8Array, target: Target<Bucket>, context: Context, signal?: AbortSignal): Promise<Published> {
  try {
    await upload(file, target, context, signal);
    return 'written';
  } catch (error) {
    if (error instanceof GcpFailure || error instanceof HttpFailure || error instanceof SopsError)
      throw new SopsError('PUBLICATION_FAILED', `cannot publish to ${gcsUrl(target)}: ${error.message}`);
    throw error;
  }
}

async function upload(
  file: Uint8Array,
  { place: { bucket, prefix }, name }: Target<Bucket>,
  context: Context,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { base, authorization } = await serviceIn(context, signal);
  const object = encodeURIComponent(`${prefix}${name}`);
  const { status, json } = await sendJson(
    {
      method: 'POST',
      url: `${base}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?uploadType=media&name=${object}`,
      // What Go's client makes of the text that an encrypted file is.
      headers: { ...headersOf(authorization), 'Content-Type': 'text/plain; charset=utf-8' },
      body: file,
    },
    context,
    signal,
  );
  if (status < 200 || status > 299) throw refusal(status, json, { bucket, authorization });
  if (textIn(json, 'name') !== `${prefix}${name}`)
    throw new GcpFailure('the answer is not one of Google Cloud Storage; see STORAGE_EMULATOR_HOST and HTTPS_PROXY');
}

interface Service {
  readonly base: string;
  /** Undefined for an emulator, which is shown no credentials. */
  readonly authorization: Authorization | undefined;
}

/** Google's, or an emulator that `STORAGE_EMULATOR_HOST` names, as Go's client reads it. */
async function serviceIn(context: Context, signal: AbortSignal | undefined): Promise<Service> {
  const { STORAGE_EMULATOR_HOST: emulator, GOOGLE_CLOUD_UNIVERSE_DOMAIN: universe } = context.env;
  if (emulator) return { base: (emulator.includes('://') ? emulator : `http://${emulator}`).replace(/\/+$/, ''), authorization: undefined };
  const purpose: Purpose = {
    scopes: ['https://www.googleapis.com/auth/devstorage.full_control', 'https://www.googleapis.com/auth/cloud-platform'],
    universe: universe || 'googleapis.com',
    universeVariable: 'GOOGLE_CLOUD_UNIVERSE_DOMAIN',
    exchanges: true,
  };
  return { base: `https://storage.${purpose.universe}`, authorization: await authorize(purpose, context, signal) };
}

function headersOf(authorization: Authorization | undefined): Record<string, string> {
  if (authorization === undefined) return {};
  const { token, quotaProject } = authorization;
  return { Authorization: `Bearer ${token}`, ...(quotaProject === undefined ? {} : { 'X-Goog-User-Project': quotaProject }) };
}

function refusal(
  status: number,
  json: unknown,
  { bucket, authorization }: Pick<Service, 'authorization'> & { bucket: string },
): GcpFailure {
  const message = textIn(fieldIn(json, 'error'), 'message');
  const said = message === '' ? `status ${status}` : serviceMessage(message, [authorization?.token ?? '']).replace(/\.$/, '');
  const remedy = remedyFor(status, bucket, authorization);
  return new GcpFailure(remedy === undefined ? said : `${said}; ${remedy}`);
}

function remedyFor(status: number, bucket: string, authorization: Authorization | undefined): string | undefined {
  if (status === 401) return authorization?.remedy;
  if (status === 403) return `it takes the role roles/storage.objectUser on the bucket '${bucket}'`;
  if (status === 404) return `is there a bucket '${bucket}'?`;
  return status === 429 || status >= 500 ? 'try again later' : undefined;
}
