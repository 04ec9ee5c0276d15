import type * as Sdk from '@azure/identity';
import type { Context } from '../../ports.ts';
import { HttpFailure } from '../http-failure.ts';
import { ServiceFailure, withRemedy } from '../service-failure.ts';
import { serviceMessage } from '../service-message.ts';
import { whileWanted } from '../while-wanted.ts';
import { cliToken } from './azure-cli.ts';
import type { Challenge, Token } from './challenge.ts';
import { transport, type Way } from './client-transport.ts';

type Options = Sdk.TokenCredentialOptions & { readonly additionallyAllowedTenants?: string[] };
type Variables = Context['env'];
/** Makes a credential of what the variables say; undefined where they say nothing of it. */
type Maker = (sdk: typeof Sdk, options: Options, env: Variables) => Sdk.TokenCredential | undefined;
/** Answers undefined where it is not set up. */
type Source = (challenge: Challenge, way: Way) => Promise<Token | undefined>;

/** How long a program of the user may take, in milliseconds. */
const processTimeoutInMs = 20_000;

const production: Readonly<Record<string, Source>> = {
  EnvironmentCredential: viaSdk((sdk, options, env) => {
    const { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client } = env;
    return tenant && client ? application(sdk, options, { env, tenant, client }) : undefined;
  }),
  WorkloadIdentityCredential: viaSdk(({ WorkloadIdentityCredential }, options, env) => {
    const { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_FEDERATED_TOKEN_FILE: tokenFilePath } = env;
    return tenantId && clientId && tokenFilePath
      ? new WorkloadIdentityCredential({ ...options, tenantId, clientId, tokenFilePath })
      : undefined;
  }),
  ManagedIdentityCredential: viaSdk(({ ManagedIdentityCredential }, options, env) => {
    const clientId = env['AZURE_CLIENT_ID'];
    // Where other credentials may follow, the SDK's own chain asks first, and for a second only, whether there is a metadata service at all.
    const probing = { ...options, sendProbeRequest: choiceOf(env) !== 'managedidentitycredential' };
    return new ManagedIdentityCredential(clientId ? { ...probing, clientId } : probing);
  }),
};
const development: Readonly<Record<string, Source>> = {
  AzureCLICredential: async (challenge, { context, signal }) => cliToken(challenge, context, signal),
  AzureDeveloperCLICredential: viaSdk(
    ({ AzureDeveloperCliCredential }, options) => new AzureDeveloperCliCredential({ ...options, processTimeoutInMs }),
  ),
  AzurePowerShellCredential: viaSdk(
    ({ AzurePowerShellCredential }, options) => new AzurePowerShellCredential({ ...options, processTimeoutInMs }),
  ),
};

const choiceOf = (env: Variables): string => (env['AZURE_TOKEN_CREDENTIALS'] ?? '').trim().toLowerCase();

/** The credentials that `AZURE_TOKEN_CREDENTIALS` chooses: `prod`, `dev` or one of them by its name; all without. Throws {@link ServiceFailure}. */
function chosen(env: Variables): readonly (readonly [string, Source])[] {
  const choice = choiceOf(env);
  const all = Object.entries({ ...production, ...development });
  const wanted = choice === 'prod' ? Object.entries(production) : choice === 'dev' ? Object.entries(development) : all;
  const named = ['', 'prod', 'dev'].includes(choice) ? wanted : all.filter(([name]) => name.toLowerCase() === choice);
  if (named.length > 0) return named;
  throw new ServiceFailure(`AZURE_TOKEN_CREDENTIALS is none of prod, dev, ${all.map(([name]) => name).join(', ')}`);
}

/**
 * Asks the credentials of the SDK's DefaultAzureCredential one after another. Secrets, certificates, federated tokens, tenants and `az` are those of the context; managed
 * identities and the other programs of the user go by the variables of this process. A credential that is there but is refused ends it, as in the SDK. Throws {@link ServiceFailure}.
 */
export async function requestToken(challenge: Challenge, context: Context, signal: AbortSignal): Promise<Token> {
  const failures: string[] = [];
  for (const [name, ask] of chosen(context.env)) {
    const faults: HttpFailure[] = [];
    try {
      // The SDK does not pass signals on to all that it does.
      const token = await whileWanted(ask(challenge, { context, faults, signal }), signal);
      if (token !== undefined) return token;
      failures.push(`${name} is not set up`);
    } catch (error) {
      const stopped = [error, ...faults].find((fault): fault is HttpFailure => fault instanceof HttpFailure && fault.reason === 'stopped');
      if (stopped !== undefined) throw stopped;
      failures.push(`${name}: ${reasonOf(error, faults, context.env)}`);
      if (mayOthersFollow(name, error, faults)) continue;
      throw new ServiceFailure(
        `no token: ${name}: ${faults[0] === undefined ? reasonOf(error, faults, context.env) : withRemedy(faults[0])}`,
      );
    }
  }
  throw new ServiceFailure(
    `no credential gives a token: ${failures.join('; ')}; run az login, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET`,
  );
}

/** Nobody answers at the metadata service where there is none; whoever has other credentials wants them to be used. */
const mayOthersFollow = (name: string, error: unknown, faults: readonly HttpFailure[]): boolean =>
  name in development ||
  (error instanceof Error && error.name === 'CredentialUnavailableError' && (faults.length === 0 || name === 'ManagedIdentityCredential'));

function viaSdk(make: Maker): Source {
  return async (challenge, way) => {
    const credential = make(await import('@azure/identity'), optionsFor(challenge, way), way.context.env);
    const token = await credential?.getToken(challenge.scope, challenge.tenantId === undefined ? {} : { tenantId: challenge.tenantId });
    return token ? { text: token.token, expires: token.expiresOnTimestamp } : undefined;
  };
}

function optionsFor({ authorityHost }: Challenge, way: Way): Options {
  const { AZURE_AUTHORITY_HOST: host, AZURE_ADDITIONALLY_ALLOWED_TENANTS: tenants } = way.context.env;
  return {
    httpClient: transport(way),
    authorityHost: host || authorityHost,
    retryOptions: { maxRetries: 0 },
    ...(tenants ? { additionallyAllowedTenants: tenants.split(';') } : {}),
  };
}

/** What a credential says, without its pointers to pages on the web; a request that had no answer says more than the SDK makes of it. */
function reasonOf(error: unknown, [fault]: readonly HttpFailure[], env: Variables): string {
  if (fault !== undefined) return fault.message;
  const message = error instanceof Error ? error.message : String(error);
  // The SDK quotes what it cannot read, which may be a token.
  if (error instanceof SyntaxError || /\bJSON\b/.test(message)) return 'the answer is malformed';
  const [entra] = /AADSTS\d+: .*?(?=\s+Trace ID:|\s+-\s+Correlation ID:|\s+Timestamp:|$)/s.exec(message) ?? [];
  if (/AdditionallyAllowedTenants/.test(message))
    return 'it is of another tenant than the vault: name that in AZURE_ADDITIONALLY_ALLOWED_TENANTS';
  const said = entra ?? message.replaceAll(/To troubleshoot, visit \S+/gi, '');
  return serviceMessage(
    said,
    secretVariables.map((variable) => env[variable] ?? ''),
  ).replace(/\.$/, '');
}

const secretVariables = ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PASSWORD', 'AZURE_PASSWORD', 'IDENTITY_HEADER'] as const;

interface Application {
  readonly env: Variables;
  readonly tenant: string;
  readonly client: string;
}

/** An application with a secret, a certificate or, as of old, a user. */
function application(sdk: typeof Sdk, options: Options, { env, tenant, client }: Application): Sdk.TokenCredential | undefined {
  const {
    AZURE_CLIENT_SECRET: secret,
    AZURE_CLIENT_CERTIFICATE_PATH: certificatePath,
    AZURE_USERNAME: user,
    AZURE_PASSWORD: password,
  } = env;
  if (secret) return new sdk.ClientSecretCredential(tenant, client, secret, options);
  if (certificatePath) {
    const certificatePassword = env['AZURE_CLIENT_CERTIFICATE_PASSWORD'] || undefined;
    const sendCertificateChain = /^(1|true)$/i.test(env['AZURE_CLIENT_SEND_CERTIFICATE_CHAIN'] ?? '');
    const certificate = certificatePassword === undefined ? { certificatePath } : { certificatePath, certificatePassword };
    return new sdk.ClientCertificateCredential(tenant, client, certificate, { ...options, sendCertificateChain });
  }
  return user && password ? new sdk.UsernamePasswordCredential(tenant, client, user, password, options) : undefined;
}
