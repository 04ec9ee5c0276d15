import type { Context } from '../../ports.ts';
import { HttpFailure } from '../../services/http-failure.ts';
import { ServiceFailure } from '../../services/service-failure.ts';
import { rememberingWhile } from '../../services/lasting.ts';
import { readCredentialsFile, type Settings } from './credentials-file.ts';
import { iamEndpoint, secure } from './region.ts';
import type { Signer } from './signature.node.ts';
import { fromMachine, fromPod, fromProvider } from './temporary.ts';

/** Who asks, and for which project. */
export interface Credentials extends Signer {
  /** IAM is asked where there is none. */
  readonly projectId?: string;
  /** The address of IAM, where the credentials file gives one. */
  readonly iam?: string;
  /** Until when they are good, in milliseconds since 1970. */
  readonly expires: number;
}

/** Temporary credentials are renewed a while before they end. */
const leeway = 5 * 60 * 1000;
const remembered = rememberingWhile<Credentials>(({ expires }, now) => expires - now.getTime() > leeway);

/**
 * Credentials from the first of the places where sops's SDK looks: variables, the credentials file, the metadata service of a machine, the identity of a pod. In the first
 * two an identity provider goes before a key. Throws an error that says what each place lacks.
 */
export async function findCredentials(context: Context, signal?: AbortSignal): Promise<Credentials> {
  const find = async (unwanted: AbortSignal): Promise<Credentials> => {
    const given = await fromSettings(variables(context.env), context, unwanted);
    if (given !== undefined) return given;
    const file = await readCredentialsFile(context);
    const kept = file === undefined ? undefined : await fromSettings(file, context, unwanted);
    if (kept !== undefined) return kept;
    const lack = file === undefined ? 'there is no credentials file' : 'the credentials file has no ak and sk in [basic]';
    return fromSurroundings(['HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not both set', lack], context, unwanted);
  };
  return remembered(context, 'credentials', find, signal);
}

async function fromSurroundings(lacks: readonly string[], context: Context, signal: AbortSignal | undefined): Promise<Credentials> {
  const all = [...lacks];
  for (const look of [fromMachine, fromPod]) {
    try {
      return await look(context, signal);
    } catch (error) {
      const isLack = error instanceof ServiceFailure || (error instanceof HttpFailure && error.reason !== 'stopped');
      if (!isLack) throw error;
      all.push(error.message);
    }
  }
  throw new ServiceFailure(`no credentials: ${all.join('; ')}`);
}

const names = ['ak', 'sk', 'project_id', 'security_token', 'idp_id', 'id_token_file'] as const;
const variables = (env: Context['env']): Settings =>
  new Map(names.map((name) => [name, env[`HUAWEICLOUD_SDK_${name.toUpperCase()}`] ?? '']));

async function fromSettings(settings: Settings, context: Context, signal: AbortSignal | undefined): Promise<Credentials | undefined> {
  const setting = (name: string): string => settings.get(name) ?? '';
  const iam = setting('iam_endpoint');
  const place = {
    ...(setting('project_id') === '' ? {} : { projectId: setting('project_id') }),
    ...(iam === '' ? {} : { iam: secure(iam) }),
  };
  if (setting('idp_id') !== '' && setting('id_token_file') !== '') {
    const provider = { id: setting('idp_id'), tokenFile: setting('id_token_file'), iam: place.iam ?? iamEndpoint(context.env) };
    return { ...(await fromProvider(provider, context, signal)), ...place };
  }
  if (setting('ak') === '' || setting('sk') === '') return undefined;
  const token = setting('security_token');
  const signer = { accessKey: setting('ak'), secretKey: setting('sk'), ...(token === '' ? {} : { securityToken: token }) };
  return { ...signer, ...place, expires: Infinity };
}
