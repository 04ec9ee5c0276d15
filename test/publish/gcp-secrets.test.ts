// Secrets in Google Secret Manager (a small server of ours, which Google's own client was tried with): what holds of every destination for secrets.
import { startGcp } from '../peers/gcp.ts';
import { people } from '../peers/gcp-kms.ts';
import { lacks } from '../support/peers.ts';
import { type SecretService, testSecrets } from './secrets-contract.ts';

async function start(): Promise<SecretService> {
  const gcp = await startGcp();
  const { secrets } = gcp.secretManager;
  return {
    rule: { gcp_secrets_project: 'p1', gcp_secrets_prefix: 'prod-' },
    name: (file, key) => `prod-${file}${key === undefined ? '' : `-${key}`}`.replaceAll(/[^\w-]/g, '-'),
    env: {
      GCE_METADATA_HOST: '127.0.0.1:9',
      SSL_CERT_FILE: gcp.reach('rest')['SSL_CERT_FILE'] ?? '',
      HTTPS_PROXY: gcp.proxy,
      GOOGLE_APPLICATION_CREDENTIALS: await gcp.write(gcp.accounts.user),
    },
    denied: {
      env: { GOOGLE_APPLICATION_CREDENTIALS: await gcp.write(gcp.accounts.stranger) },
      says: /it takes the permission secretmanager\.secrets\.get, which the role roles\/secretmanager\.admin has/,
    },
    expired: {
      env: { GOOGLE_OAUTH_ACCESS_TOKEN: gcp.tokens.issue(people.user, 'expired') },
      says: /the token in GOOGLE_OAUTH_ACCESS_TOKEN is expired or wrong/,
    },
    takesBytes: true,
    writesTwice: true,
    throttled: /a fault; try again later/,
    // oxlint-disable-next-line typescript/require-await -- others ask a service
    secret: async (name) => {
      const secret = secrets.get(name);
      const content = secret?.versions.at(-1)?.toString();
      return secret === undefined || content === undefined
        ? undefined
        : { content, versions: secret.versions.length, tags: { ...secret.labels, ...secret.annotations } };
    },
    // oxlint-disable-next-line typescript/require-await
    make: async (name, text) =>
      void secrets.set(name, { replication: {}, labels: {}, annotations: {}, etag: 1, versions: [Buffer.from(text)] }),
    faults: (plan) => gcp.secretFaults.set(plan),
    close: async () => gcp.close(),
  };
}

testSecrets('Google Secret Manager', start, lacks('sops', 'age-keygen'));
