import type { Context } from '../../ports.ts';
import type { Purpose } from '../../services/gcp/access-token.node.ts';
import { GcpFailure } from '../../services/gcp/failure.ts';

/** Where Cloud KMS is asked, and in which protocol. */
export type Place =
  | { readonly protocol: 'rest'; readonly url: string }
  /** A host and a port; TLS always. */
  | { readonly protocol: 'grpc'; readonly target: string };

const googles = 'googleapis.com';

/**
 * Where to ask: `SOPS_GCP_KMS_ENDPOINT`, else `cloudkms.` and the domain of the universe. An endpoint that is a host and a port speaks gRPC unless
 * `SOPS_GCP_KMS_CLIENT_TYPE` is `rest`, as with sops, where everything but `rest` is gRPC; a URL can only be asked over REST. The service that has no endpoint of its
 * own is Google's, which speaks both: it is asked over REST, which loads less. Throws {@link GcpFailure}.
 */
export function placeOf(env: Context['env']): Place {
  const endpoint = env['SOPS_GCP_KMS_ENDPOINT'] ?? '';
  if (endpoint === '') return { protocol: 'rest', url: `https://cloudkms.${env['SOPS_GCP_KMS_UNIVERSE_DOMAIN'] || universeOf(env)}` };
  if (/^https?:\/\//i.test(endpoint)) return { protocol: 'rest', url: endpoint.replace(/\/+$/, '') };
  const host = endpoint.replace(/^dns:\/*/, '');
  if (isRest(env)) return { protocol: 'rest', url: `https://${host}` };
  if (!URL.canParse(`https://${host}`)) throw new GcpFailure('SOPS_GCP_KMS_ENDPOINT is neither a host, perhaps with a port, nor a URL');
  return { protocol: 'grpc', target: /:\d+$/.test(host) ? host : `${host}:443` };
}

/** What tokens for Cloud KMS are asked for with. */
export const purposeIn = (env: Context['env']): Purpose => ({
  scopes: ['https://www.googleapis.com/auth/cloud-platform', 'https://www.googleapis.com/auth/cloudkms'],
  universe: universeOf(env),
  universeVariable: 'SOPS_GCP_KMS_UNIVERSE_DOMAIN',
  exchanges: isRest(env),
});

/** Whether the client type was chosen to be REST. */
const isRest = (env: Context['env']): boolean => env['SOPS_GCP_KMS_CLIENT_TYPE']?.toLowerCase() === 'rest';

/** The domain of the cloud that the client is for: credentials of another are not shown to it. With an endpoint, sops does not look at its own variable. */
function universeOf(env: Context['env']): string {
  const own = env['SOPS_GCP_KMS_ENDPOINT'] ? '' : env['SOPS_GCP_KMS_UNIVERSE_DOMAIN'];
  return own || env['GOOGLE_CLOUD_UNIVERSE_DOMAIN'] || googles;
}
