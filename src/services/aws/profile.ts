import type { Context } from '../../ports.ts';
import { readSharedFile, sharedFilePath } from './shared-file.ts';

/** A profile of the shared files, and who asked for it. */
export interface ChosenProfile {
  readonly name: string;
  /** By the master key, which goes before keys in variables; by a variable, which goes after them, as in Go's SDK; or by nobody, and then it need not exist. */
  readonly by: 'key' | 'variable' | 'nobody';
}

/** The profile to use: the master key's, that of `AWS_PROFILE` or `AWS_DEFAULT_PROFILE`, else `default`. */
export function chosenProfile(ofKey: string | undefined, env: Context['env']): ChosenProfile {
  if (ofKey !== undefined) return { name: ofKey, by: 'key' };
  const ofEnvironment = env['AWS_PROFILE'] || env['AWS_DEFAULT_PROFILE'];
  return ofEnvironment ? { name: ofEnvironment, by: 'variable' } : { name: 'default', by: 'nobody' };
}

/** What signs a request. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Looks up a setting of a profile, or of a nested section such as `kms.endpoint_url` in the services it names. */
export type Settings = (name: string) => string | undefined;

/** The settings of a profile, those of `credentials` first; undefined where neither file knows it. */
export async function readProfile(name: string, context: Context): Promise<Settings | undefined> {
  const config = await readSharedFile('config', context);
  const credentials = await readSharedFile('credentials', context);
  const found = [credentials.get(name), config.get(`profile ${name}`), name === 'default' ? config.get(name) : undefined];
  const sections = found.filter((section) => section !== undefined);
  if (sections.length === 0) return undefined;
  const setting: Settings = (key) => sections.map((section) => section.get(key)).find((value) => value !== undefined);
  const services = config.get(`services ${setting('services') ?? ''}`);
  return (key) => setting(key) ?? services?.get(key);
}

/** A profile with those that it takes its credentials from in turn; one that stands twice ends it. */
async function sourcesOf(profile: string, context: Context): Promise<readonly (readonly [name: string, settings: Settings])[]> {
  const chain: [string, Settings][] = [];
  for (let name: string | undefined = profile; name !== undefined && !chain.some(([known]) => known === name);) {
    const settings: Settings | undefined = await readProfile(name, context);
    if (settings === undefined) break;
    chain.push([name, settings]);
    name = settings('source_profile');
  }
  return chain;
}

/** What gives a profile credentials. */
const sources = [
  'aws_access_key_id',
  'role_arn',
  'credential_process',
  'sso_session',
  'sso_start_url',
  'login_session',
  'web_identity_token_file',
] as const;

/** Whether the shared files say where credentials for a profile come from. */
export async function namesSource({ name }: ChosenProfile, context: Context): Promise<boolean> {
  const settings = await readProfile(name, context);
  return sources.some((source) => settings?.(source) !== undefined);
}

/** Whether variables hold credentials, which go before a profile that no key names. */
const isInVariables = (env: Context['env']): boolean => keysInVariables(env) !== undefined || Boolean(env['AWS_WEB_IDENTITY_TOKEN_FILE']);

/** An access key in variables, as Go's SDK reads them. */
export function keysInVariables(env: Context['env']): AccessKey | undefined {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'] || env['AWS_ACCESS_KEY'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'] || env['AWS_SECRET_KEY'];
  const sessionToken = env['AWS_SESSION_TOKEN'];
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } : undefined;
}

/** The command that signs a person on for a profile, or for one that it takes its credentials from; undefined where none of them is for that. */
export async function signOnCommand(profile: ChosenProfile, context: Context): Promise<string | undefined> {
  if (profile.by !== 'key' && isInVariables(context.env)) return undefined;
  for (const [name, settings] of await sourcesOf(profile.name, context)) {
    if (settings('sso_session') !== undefined || settings('sso_start_url') !== undefined) return `aws sso login --profile ${name}`;
    if (settings('login_session') !== undefined) return `aws login --profile ${name}`;
  }
  return undefined;
}

/** Why the shared files can give a profile no credentials; undefined where they might, or where nobody asked for it. */
export async function faultOf({ name, by }: ChosenProfile, context: Context): Promise<string | undefined> {
  const chain = await sourcesOf(name, context);
  const [last = name, settings] = chain.at(-1) ?? [];
  if (settings === undefined)
    return by === 'nobody' ? undefined : `profile '${name}'${by === 'variable' ? ' of AWS_PROFILE' : ''} ${isNowhere(context)}`;
  const source = settings('source_profile');
  if (source === undefined || (source === last && settings('aws_access_key_id') !== undefined)) return undefined;
  if (chain.some(([known]) => known === source))
    return `profile '${name}' leads in a circle: '${last}' takes its credentials from '${source}'`;
  return `profile '${source}', from which '${last}' takes its credentials, ${isNowhere(context)}`;
}

const isNowhere = (context: Context): string =>
  `is neither in ${(['config', 'credentials'] as const).map((file) => `'${sharedFilePath(file, context) ?? file}'`).join(' nor in ')}`;
