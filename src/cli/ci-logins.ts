import { SopsError } from '../errors.ts';
import type { Flags } from './argv.ts';

/** A login with an identity token. */
export interface Login {
  readonly name: 'AWS' | 'Google' | 'Azure' | 'Vault';
  /** For whom the token is; undefined leaves it to who makes it. */
  readonly audience: string | undefined;
  /** Where GitLab puts the token. */
  readonly variable: string;
  /** What is to be set for it, given the file with the token; empty ones are not. */
  readonly variables: (file: string) => Readonly<Record<string, string>>;
}

/** The logins that flags ask for; an empty flag counts as none, so that scripts can give all of them. Throws `USAGE`. */
export function wantedLogins(flags: Flags): readonly Login[] {
  const text = (name: string): string => flags.text(name)?.trim() ?? '';
  const logins = [aws, google, azure, vault].flatMap((login) => login(text) ?? []);
  if (logins.length > 0) return logins;
  throw new SopsError('USAGE', 'nothing to log in to', { hint: 'give --aws-role, --gcp-provider, --azure-client or --vault-role' });
}

type Text = (name: string) => string;

function aws(text: Text): Login | undefined {
  const role = text('aws-role');
  if (role === '') return undefined;
  return {
    name: 'AWS',
    audience: text('aws-audience') || 'sts.amazonaws.com',
    variable: 'SOPSMITH_ID_TOKEN_AWS',
    variables: (file) => ({ AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_SESSION_NAME: 'sopsmith' }),
  };
}

/** https://google.aip.dev/auth/4117: the token of a file for one of Google's, and that for one of a service account where one is named. */
function google(text: Text): Login | undefined {
  const provider = text('gcp-provider').replace(/^\/+/, '');
  if (provider === '') return undefined;
  const audience = provider.startsWith('iam.googleapis.com/') ? `//${provider}` : `//iam.googleapis.com/${provider}`;
  const account = text('gcp-service-account');
  return {
    name: 'Google',
    audience: text('gcp-audience') || `https:${audience}`,
    variable: 'SOPSMITH_ID_TOKEN_GCP',
    variables: (file) => ({
      GOOGLE_CREDENTIALS: JSON.stringify({
        type: 'external_account',
        audience,
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: text('gcp-token-url') || 'https://sts.googleapis.com/v1/token',
        credential_source: { file },
        ...(account === ''
          ? {}
          : {
              service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
            }),
      }),
    }),
  };
}

function azure(text: Text): Login | undefined {
  const client = text('azure-client');
  if (client === '') return undefined;
  const tenant = text('azure-tenant');
  if (tenant === '') throw new SopsError('USAGE', '--azure-client needs --azure-tenant');
  return {
    name: 'Azure',
    audience: text('azure-audience') || 'api://AzureADTokenExchange',
    variable: 'SOPSMITH_ID_TOKEN_AZURE',
    variables: (file) => ({ AZURE_CLIENT_ID: client, AZURE_TENANT_ID: tenant, AZURE_FEDERATED_TOKEN_FILE: file }),
  };
}

function vault(text: Text): Login | undefined {
  const role = text('vault-role');
  if (role === '') return undefined;
  const address = text('vault-address');
  if (address === '') throw new SopsError('USAGE', '--vault-role needs --vault-address: tokens go to no server that a file names');
  return {
    name: 'Vault',
    audience: text('vault-audience') || address,
    variable: 'SOPSMITH_ID_TOKEN_VAULT',
    variables: (file) => ({
      VAULT_ADDR: address,
      SOPSMITH_VAULT_AUTH: 'jwt',
      SOPSMITH_VAULT_AUTH_MOUNT: text('vault-mount'),
      SOPSMITH_VAULT_ROLE: role,
      SOPSMITH_VAULT_JWT_FILE: file,
    }),
  };
}
