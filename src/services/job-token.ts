import { SopsError } from '../errors.ts';
import type { Context } from '../ports.ts';
import { HttpFailure } from './http-failure.ts';
import { sendJson } from './http.node.ts';

/**
 * The identity token of a job of GitHub Actions (or Gitea, Forgejo), which a job with the permission `id-token: write` may ask for; undefined elsewhere. Throws `DATA_KEY_UNRECOVERABLE`.
 * @param audience for whom it is; whom the server takes where none is given
 */
export async function tokenOfJob(audience: string | undefined, context: Context, signal?: AbortSignal): Promise<string | undefined> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = context.env;
  if (!url || !bearer) return undefined;
  const query = audience ? `${url.includes('?') ? '&' : '?'}audience=${encodeURIComponent(audience)}` : '';
  const headers = { Authorization: `Bearer ${bearer}` };
  const refuse = (why: string): SopsError =>
    new SopsError('DATA_KEY_UNRECOVERABLE', `no token of this job at ACTIONS_ID_TOKEN_REQUEST_URL: ${why}`);
  const { status, json } = await sendJson({ method: 'GET', url: `${url}${query}`, headers }, context, signal).catch((error: unknown) => {
    throw error instanceof HttpFailure ? refuse(error.message) : error;
  });
  if (typeof json === 'object' && json !== null && 'value' in json && typeof json.value === 'string') return json.value;
  throw refuse(`status ${status}; has the job the permission id-token: write?`);
}
