import type { Context } from '../../ports.ts';
import { readSharedFile } from './shared-file.ts';

/** A service that sops asks for: its name in variables and in the shared files. */
export type Service = 'kms' | 'sts';

/**
 * Where a service is reached, if anyone says so: `AWS_ENDPOINT_URL_KMS`, `AWS_ENDPOINT_URL`, or `endpoint_url` of a profile in the shared files. The
 * SDK looks into the files too, but never under a profile that a client is given (it takes `AWS_PROFILE` or the default).
 */
export async function endpoint(service: Service, profile: string | undefined, context: Context): Promise<string | undefined> {
  const { env } = context;
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  const url = env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || env['AWS_ENDPOINT_URL'];
  if (url) return url;
  return profile === undefined ? undefined : profileEndpoint(service, profile, context);
}

async function profileEndpoint(service: Service, profile: string, context: Context): Promise<string | undefined> {
  const config = await readSharedFile('config', context);
  const credentials = await readSharedFile('credentials', context);
  const files = [credentials.get(profile), config.get(profile === 'default' ? profile : `profile ${profile}`)];
  const setting = (name: string): string | undefined => files.map((file) => file?.get(name)).find((value) => value !== undefined);
  return config.get(`services ${setting('services') ?? ''}`)?.get(`${service}.endpoint_url`) ?? setting('endpoint_url');
}
