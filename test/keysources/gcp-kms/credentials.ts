import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { awsKeys } from '../../peers/gcp-aws.ts';
import type { Gcp } from '../../peers/gcp.ts';

/** A way to let a program into GCP, and the variables that take it there. */
export interface Credentials {
  readonly name: string;
  readonly variables: (gcp: Gcp) => Promise<Record<string, string>>;
}

const user = 'sops@p1.iam.gserviceaccount.com';

/** Every way that sops knows. */
export const credentials: readonly Credentials[] = [
  { name: 'GOOGLE_CREDENTIALS, JSON', variables: async ({ accounts }) => ({ GOOGLE_CREDENTIALS: JSON.stringify(accounts.user, null, 2) }) },
  { name: 'GOOGLE_CREDENTIALS, a path', variables: async ({ accounts, write }) => ({ GOOGLE_CREDENTIALS: await write(accounts.user) }) },
  { name: 'GOOGLE_OAUTH_ACCESS_TOKEN', variables: async ({ tokens }) => ({ GOOGLE_OAUTH_ACCESS_TOKEN: tokens.issue(user) }) },
  {
    name: 'GOOGLE_APPLICATION_CREDENTIALS',
    variables: async ({ accounts, write }) => ({ GOOGLE_APPLICATION_CREDENTIALS: await write(accounts.user) }),
  },
  {
    name: "a person's, where gcloud leaves them",
    variables: async ({ tokens, home, proxy }) => {
      const folder = join(home, 'person');
      const file = join(folder, '.config/gcloud/application_default_credentials.json');
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, JSON.stringify(tokens.personFile));
      // Their tokens come from a fixed address.
      return { HOME: folder, HTTPS_PROXY: proxy };
    },
  },
  { name: 'the metadata server', variables: async ({ url }) => ({ GCE_METADATA_HOST: url.replace('http://', '') }) },
  ...(['file', 'json file', 'url'] as const).map((source) => ({
    name: `workload identity, the token from a ${source}`,
    variables: async ({ federation, write }: Gcp) => ({ GOOGLE_APPLICATION_CREDENTIALS: await write(federation(source)) }),
  })),
  {
    name: 'workload identity, the token from a program',
    variables: async ({ federation, write }) => ({
      GOOGLE_APPLICATION_CREDENTIALS: await write(federation('program')),
      GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES: '1',
    }),
  },
  {
    name: 'workload identity of a machine at AWS',
    variables: async ({ federation, write }) => ({ GOOGLE_APPLICATION_CREDENTIALS: await write(federation('aws')) }),
  },
  {
    name: 'workload identity of AWS, its keys in variables',
    variables: async ({ federation, write }) => ({
      GOOGLE_APPLICATION_CREDENTIALS: await write(federation('aws')),
      AWS_ACCESS_KEY_ID: awsKeys.id,
      AWS_SECRET_ACCESS_KEY: awsKeys.secret,
      AWS_SESSION_TOKEN: awsKeys.session,
      AWS_REGION: 'eu-west-1',
    }),
  },
  {
    name: 'workload identity that acts as an account',
    variables: async ({ federation }) => ({ GOOGLE_CREDENTIALS: JSON.stringify(federation('url', 'impersonating')) }),
  },
  {
    name: 'an account that acts as another',
    variables: async ({ impersonating, write }) => ({ GOOGLE_APPLICATION_CREDENTIALS: await write(impersonating) }),
  },
];
