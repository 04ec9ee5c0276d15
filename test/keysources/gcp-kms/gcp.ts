import { SopsError } from '../../../src/errors.ts';
import { gcpKms } from '../../../src/keysources/gcp-kms/index.ts';
import type { Context } from '../../../src/ports.ts';
import { testContext } from '../context.ts';

type Variables = Readonly<Record<string, string>>;

/** A context with an environment, and the home that it names. */
export const contextOf = (env: Variables): Context => testContext({ env, home: env['HOME'] ?? '' });

export const dataKey: Uint8Array = Uint8Array.from({ length: 32 }, (_, at) => at + 200);

/** Wraps the data key; answers what `enc` holds. */
export async function wrap(resourceId: string, context: Context, signal?: AbortSignal): Promise<string> {
  const client = await gcpKms.load();
  return client.wrap(dataKey, gcpKms.fromFields({ resource_id: resourceId }), context, signal);
}

export async function unwrap(resourceId: string, wrapped: string, context: Context, signal?: AbortSignal): Promise<Uint8Array> {
  const client = await gcpKms.load();
  return client.unwrap({ masterKey: gcpKms.fromFields({ resource_id: resourceId }), wrapped }, context, signal);
}

/** The code and words of a failure. */
export async function failure(doing: Promise<unknown>): Promise<string> {
  try {
    await doing;
  } catch (error) {
    if (error instanceof SopsError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('nothing failed');
}
