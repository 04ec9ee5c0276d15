import type { Context } from '../../ports.ts';
import { readProfile } from './profile.ts';

/** A service that is asked: its name in variables and in the shared files. */
export type Service = 'kms' | 'sts' | 's3' | 'secrets_manager' | 'ssm';

/**
 * Where a service is reached, if anyone says so: `AWS_ENDPOINT_URL_KMS`, `AWS_ENDPOINT_URL`, or `endpoint_url` of a profile in the shared files, that of the service first.
 * The SDK looks into the files too, but never under a profile that a client is given (it takes `AWS_PROFILE` or the default).
 */
export async function endpoint(service: Service, profile: string, context: Context): Promise<string | undefined> {
  const { env } = context;
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  const url = env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || env['AWS_ENDPOINT_URL'];
  if (url) return url;
  const setting = await readProfile(profile, context);
  return setting?.('ignore_configured_endpoint_urls') === 'true'
    ? undefined
    : (setting?.(`${service}.endpoint_url`) ?? setting?.('endpoint_url'));
}
