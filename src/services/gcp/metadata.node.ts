import type { Context } from '../../ports.ts';
import { HttpFailure } from '../http-failure.ts';
import { GcpFailure } from './failure.ts';
import { askForToken, type Token } from './token-endpoint.node.ts';

/** The address at which every machine at Google finds its metadata server. */
const everywhere = '169.254.169.254';

/**
 * The token of the service account of this machine: of Compute Engine, Kubernetes Engine (with workload identity), Cloud Run, Cloud Build. It is asked directly, never
 * through a proxy. On a machine that is not at Google nobody listens there, which is found out in 2 seconds. Throws {@link GcpFailure}.
 */
export async function metadataToken(scopes: readonly string[], context: Context): Promise<Token> {
  const named = context.env['GCE_METADATA_HOST'];
  const isSure = Boolean(named) || (await isGoogles(context));
  const url = `http://${named || everywhere}/computeMetadata/v1/instance/service-accounts/default/token?scopes=${encodeURIComponent(scopes.join(','))}`;
  const request = {
    giver: 'the metadata server',
    url,
    headers: { 'Metadata-Flavor': 'Google' },
    secrets: [],
    remedy: 'give the machine a service account, or set GOOGLE_APPLICATION_CREDENTIALS',
    ...(isSure ? {} : { timeout: 2000, retries: 0 }),
  };
  try {
    return await askForToken(request, { ...context, env: {} });
  } catch (error) {
    if (isSure || !(error instanceof HttpFailure) || error.reason === 'stopped') throw error;
    throw new GcpFailure(
      "no credentials of Google Cloud were found; set GOOGLE_APPLICATION_CREDENTIALS, or run 'gcloud auth application-default login'",
    );
  }
}

/** Whether the firmware says that the machine is Google's. */
async function isGoogles({ files }: Context): Promise<boolean> {
  const name = await files.read('/sys/class/dmi/id/product_name').catch(() => undefined);
  return name !== undefined && /^Google( Compute Engine)?$/.test(new TextDecoder().decode(name).trim());
}
