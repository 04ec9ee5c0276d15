import type { AssumeRoleCommandInput, AssumeRoleWithWebIdentityCommandInput, STSClient } from '@aws-sdk/client-sts';
import type { Context } from '../../ports.ts';
import type { Transport } from './transport.ts';
import { endpoint } from './endpoint.ts';
import { Explained, reasonOf } from './explain.ts';
import { type AccessKey, type ChosenProfile, faultOf, keysInVariables, namesSource, signOnCommand } from './profile.ts';
import { quietly } from './quiet.node.ts';
import { sessionName } from './session.node.ts';
import { sharedFilePath } from './shared-file.ts';

/** A way to AWS. */
export interface Route {
  readonly region: string;
  readonly profile: ChosenProfile;
  readonly requestHandler: Transport;
  readonly context: Context;
  /** Gathers what must not stand in an error. */
  readonly secrets: string[];
}

/** What signs requests, perhaps for a while only. */
export interface Credentials extends AccessKey {
  readonly expiration?: Date;
}
/** Clients of the SDK ask it once, and again shortly before the credentials expire. */
export type Provider = () => Promise<Credentials>;

/**
 * Credentials in the order of real sops, which is that of Go's SDK: a profile that the master key names; keys in variables; a web identity in variables;
 * the profile of the environment, and where that has none a container's or an instance's. With them a role is assumed, if one is named.
 */
export function credentialsFor(role: string | undefined, route: Route): Provider {
  const own = keepingSecrets(route, route.profile.by === 'key' ? fromProfile(route) : (fromVariables(route) ?? fromProfile(route)));
  if (role === undefined) return own;
  return keepingSecrets(route, async () => assumeRole({ RoleArn: role, RoleSessionName: sessionName() }, own, route));
}

const keepingSecrets =
  ({ secrets }: Route, give: Provider): Provider =>
  async () => {
    const given = await give();
    secrets.push(given.secretAccessKey, given.sessionToken ?? '');
    return given;
  };

function fromVariables(route: Route): Provider | undefined {
  const { env } = route.context;
  const keys = keysInVariables(env);
  if (keys !== undefined) return async () => keys;
  const file = env['AWS_WEB_IDENTITY_TOKEN_FILE'];
  return file ? async () => fromTokenFile(file, route) : undefined;
}

/** The token that a platform gives a program, for a role. */
async function fromTokenFile(file: string, route: Route): Promise<Credentials> {
  const { AWS_ROLE_ARN: role, AWS_ROLE_SESSION_NAME: name } = route.context.env;
  if (!role) throw new Explained('AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN: set both or neither');
  const token = await route.context.files.read(file);
  if (token === undefined) throw new Explained(`AWS_WEB_IDENTITY_TOKEN_FILE '${file}' does not exist`);
  return assumeRoleByToken(
    { RoleArn: role, RoleSessionName: name || sessionName(), WebIdentityToken: new TextDecoder().decode(token).trim() },
    route,
  );
}

/**
 * What the SDK finds for a profile: in the shared files, or where these name no source of credentials, at the container or instance that we run in. It never goes on to the latter
 * where the former fail. Roles on the way are assumed here, where proxies and endpoints are known.
 */
function fromProfile(route: Route): Provider {
  const { profile, requestHandler, context } = route;
  return async () => {
    const fault = await faultOf(profile, context);
    if (fault !== undefined) throw new Explained(fault);
    const [filepath, configFilepath] = [sharedFilePath('credentials', context), sharedFilePath('config', context)];
    const init = {
      profile: profile.name,
      clientConfig: { requestHandler },
      logger: silent,
      roleAssumer: async (source: Credentials, input: AssumeRoleCommandInput) => assumeRole(input, async () => source, route),
      roleAssumerWithWebIdentity: async (input: AssumeRoleWithWebIdentityCommandInput) => assumeRoleByToken(input, route),
      mfaCodeProvider: async (device: string) => askForCode(device, context),
      ...(filepath === undefined ? {} : { filepath }),
      ...(configFilepath === undefined ? {} : { configFilepath }),
    };
    if (await namesSource(profile, context)) return (await import('@aws-sdk/credential-provider-ini')).fromIni(init)();
    return (await import('@aws-sdk/credential-provider-node')).defaultProvider(init)();
  };
}

/** The SDK says on standard error which of two sources it takes; here that is settled. */
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

async function askForCode(device: string, { prompt }: Context): Promise<string> {
  const question = `Code of ${device}: `;
  const code = await (prompt.line?.(question) ?? prompt.secret(question));
  if (code === undefined) throw new Explained(`a code of '${device}' is needed, and there is no terminal to ask for it`);
  return code.trim();
}

async function assumeRole(input: AssumeRoleCommandInput, credentials: Provider, route: Route): Promise<Credentials> {
  const { AssumeRoleCommand } = await import('@aws-sdk/client-sts');
  return assuming(route, input.RoleArn, async () => (await stsClient(route, credentials)).send(new AssumeRoleCommand(input)));
}

async function assumeRoleByToken(input: AssumeRoleWithWebIdentityCommandInput, route: Route): Promise<Credentials> {
  const { AssumeRoleWithWebIdentityCommand } = await import('@aws-sdk/client-sts');
  return assuming(route, input.RoleArn, async () => (await stsClient(route)).send(new AssumeRoleWithWebIdentityCommand(input)));
}

async function stsClient({ region, profile, requestHandler, context }: Route, credentials?: Provider): Promise<STSClient> {
  const { STSClient: Client } = await import('@aws-sdk/client-sts');
  const url = await endpoint('sts', profile.name, context);
  const place = url === undefined ? {} : { endpoint: url };
  return quietly(() => new Client({ region, requestHandler, profile: profile.name, ...place, ...(credentials ? { credentials } : {}) }));
}

/** What the security token service answers, as far as it matters. */
interface Assumed {
  readonly Credentials?:
    | {
        readonly AccessKeyId?: string | undefined;
        readonly SecretAccessKey?: string | undefined;
        readonly SessionToken?: string | undefined;
        readonly Expiration?: Date | undefined;
      }
    | undefined;
}

async function assuming(route: Route, role: string | undefined, ask: () => Promise<Assumed>): Promise<Credentials> {
  try {
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '', Expiration } = (await ask()).Credentials ?? {};
    if (AccessKeyId === '' || SecretAccessKey === '') throw new Explained('the answer holds no credentials');
    const session = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    return Expiration === undefined ? session : { ...session, expiration: Expiration };
  } catch (error) {
    const signOn = await signOnCommand(route.profile, route.context);
    throw new Explained(
      `cannot assume role '${role ?? ''}': ${reasonOf(error, { action: 'sts:AssumeRole', signOn, secrets: route.secrets })}`,
    );
  }
}
