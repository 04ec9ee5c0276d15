import { ignoreMacFlag, inputTypeFlag } from '../flags.ts';
import { type Command, keyServices } from './command.ts';

const text = (name: string, value: string, help: string) => ({ name, takes: 'text', value, help }) as const;

export const ciLogin: Command = {
  name: 'ci login',
  summary: "print what a CI job's shell is to set so that sopsmith logs in with the job's identity token",
  takes: '',
  groups: [
    { title: 'Files', flags: [text('folder', 'folder', 'where to put the tokens: remove it when all is decrypted')] },
    {
      title: 'AWS',
      flags: [
        text('aws-role', 'ARN', 'the role to assume'),
        text('aws-audience', 'name', 'for whom the token is (default: sts.amazonaws.com)'),
      ],
    },
    {
      title: 'Google',
      flags: [
        text('gcp-provider', 'name', 'projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER'),
        text('gcp-service-account', 'name', 'the service account to act as'),
        text('gcp-audience', 'name', 'for whom the token is (default: the provider)'),
        text('gcp-token-url', 'URL', 'where the token is exchanged (default: Google)'),
      ],
    },
    {
      title: 'Azure',
      flags: [
        text('azure-client', 'ID', 'the application or identity'),
        text('azure-tenant', 'ID', 'its tenant'),
        text('azure-audience', 'name', 'for whom the token is (default: api://AzureADTokenExchange)'),
      ],
    },
    {
      title: 'Vault',
      flags: [
        text('vault-role', 'name', 'the role of its JWT login'),
        text('vault-address', 'URL', 'the server'),
        text('vault-mount', 'path', 'where the login is mounted (default: jwt)'),
        text('vault-audience', 'name', 'for whom the token is (default: the address)'),
      ],
    },
  ],
  examples: ['ci login --folder "$RUNNER_TEMP/login" --aws-role arn:aws:iam::111122223333:role/deploy'],
  load: () => import('../commands/ci-login.ts'),
};

export const ciMask: Command = {
  name: 'ci mask',
  summary: 'have the runner of GitHub Actions mask every encrypted value of files in its logs',
  takes: 'file|folder|glob…',
  groups: [{ title: 'Files', flags: [inputTypeFlag] }, { title: 'Reading', flags: [ignoreMacFlag] }, keyServices],
  examples: ['ci mask secrets.yaml'],
  load: () => import('../commands/ci-mask.ts'),
};
