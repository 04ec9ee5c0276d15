import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import type { TlsSettings } from '../http.node.ts';
import { rememberingOnce } from '../once.ts';
import { certificates, certificatesBelow } from '../roots.node.ts';
import { parseBool, parseDuration } from './go-values.ts';
import { setting } from './variables.ts';

/** How servers of Vault are reached in this environment. */
export interface Settings {
  readonly tls: TlsSettings;
  readonly proxy?: string;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly retries?: number;
  /** Of `VAULT_HEADERS` and `VAULT_NAMESPACE`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The address of an agent or proxy that stands in for every server. */
  readonly agent?: string;
  readonly followsRedirect: boolean;
}

const once = rememberingOnce<Settings>();

/** Reads the variables that Vault's own client reads, each also under OpenBao's name where Vault's is not set. Throws `MALFORMED_KEY` or `INPUT_UNREADABLE`, naming the variable. */
export const settingsOf = async (context: Context): Promise<Settings> => once(context, 'settings', async () => readSettings(context));

async function readSettings(context: Context): Promise<Settings> {
  const { env } = context;
  const tls = await readTls(context);
  const proxy = setting('PROXY_ADDR', env) ?? setting('HTTP_PROXY', env);
  const timeout = parsed('CLIENT_TIMEOUT', env, parseDuration, 'a duration, as 30 or 1m30s');
  const retries = parsed('MAX_RETRIES', env, (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined), 'a number');
  const agent = setting('AGENT_ADDR', env);
  return {
    tls,
    ...(proxy === undefined ? {} : { proxy }),
    ...(timeout ? { timeout } : {}),
    ...(retries === undefined ? {} : { retries }),
    headers: readHeaders(env),
    ...(agent === undefined ? {} : { agent }),
    followsRedirect: !flag('DISABLE_REDIRECTS', env),
  };
}

function parsed<T>(name: string, env: Context['env'], read: (text: string) => T | undefined, expected: string): T | undefined {
  const text = setting(name, env);
  if (text === undefined) return undefined;
  const value = read(text);
  if (value === undefined) throw new SopsError('MALFORMED_KEY', `VAULT_${name} is not ${expected}`);
  return value;
}

const flag = (name: string, env: Context['env']): boolean => parsed(name, env, parseBool, 'true or false') ?? false;

function readHeaders(env: Context['env']): Record<string, string> {
  const given = parsed('HEADERS', env, parseHeaders, 'a JSON object of texts whose names do not begin with X-Vault-');
  const namespace = setting('NAMESPACE', env);
  return { ...given, 'X-Vault-Request': 'true', ...(namespace === undefined ? {} : { 'X-Vault-Namespace': namespace }) };
}

function parseHeaders(text: string): Record<string, string> | undefined {
  try {
    const headers: unknown = JSON.parse(text);
    if (typeof headers !== 'object' || headers === null) return undefined;
    const entries = Object.entries(headers).map(([name, value]: readonly [string, unknown]) => [name, String(value)] as const);
    const fits = Object.values(headers).every((value) => typeof value === 'string') && !entries.some(([name]) => /^x-vault-/i.test(name));
    return fits ? Object.fromEntries(entries) : undefined;
  } catch {
    return undefined;
  }
}

async function readTls(context: Context): Promise<TlsSettings> {
  const { env } = context;
  const ca = await readAuthorities(context);
  const serverName = setting('TLS_SERVER_NAME', env);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(await readClientCertificate(context)),
    ...(serverName === undefined ? {} : { serverName }),
    ...(flag('SKIP_VERIFY', env) ? { insecure: true } : {}),
  };
}

/** A file goes before bytes, and these before a folder. */
async function readAuthorities(context: Context): Promise<readonly string[] | undefined> {
  const { env } = context;
  const file = setting('CACERT', env);
  if (file !== undefined) return someOf(certificates(await readText(file, 'VAULT_CACERT', context)), `VAULT_CACERT '${file}'`);
  const bytes = setting('CACERT_BYTES', env);
  if (bytes !== undefined) return someOf(certificates(bytes), 'VAULT_CACERT_BYTES');
  const folder = setting('CAPATH', env);
  return folder === undefined ? undefined : someOf(await certificatesBelow(folder), `VAULT_CAPATH '${folder}'`);
}

function someOf(found: readonly string[], where: string): readonly string[] {
  if (found.length === 0) throw new SopsError('MALFORMED_KEY', `${where} holds no certificate in PEM`);
  return found;
}

async function readClientCertificate(context: Context): Promise<TlsSettings> {
  const { env } = context;
  const cert = setting('CLIENT_CERT', env);
  const key = setting('CLIENT_KEY', env);
  if (cert === undefined && key === undefined) return {};
  if (cert === undefined || key === undefined)
    throw new SopsError('MALFORMED_KEY', 'VAULT_CLIENT_CERT and VAULT_CLIENT_KEY need one another');
  return { cert: await readText(cert, 'VAULT_CLIENT_CERT', context), key: await readText(key, 'VAULT_CLIENT_KEY', context) };
}

/** The text of a file that a variable names; throws `INPUT_UNREADABLE`. */
export async function readText(file: string, variable: string, { files }: Context): Promise<string> {
  const content = await files.read(file);
  if (content === undefined) throw new SopsError('INPUT_UNREADABLE', `${variable} names '${file}', which does not exist`);
  return new TextDecoder().decode(content);
}
