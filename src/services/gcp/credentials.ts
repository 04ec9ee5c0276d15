import type { Context } from '../../ports.ts';
import { GcpFailure } from './failure.ts';

/** What Google is shown, and where it was found. */
export type Credentials =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'file'; readonly file: CredentialsFile }
  /** Those that the metadata server of a machine at Google gives out. */
  | { readonly kind: 'metadata' };

/** A JSON file of credentials: of a service account, a person, a workload. */
export interface CredentialsFile {
  readonly fields: Readonly<Record<string, unknown>>;
  /** For messages: `GOOGLE_CREDENTIALS`, or a path. */
  readonly source: string;
}

/**
 * Looks for credentials in the order of sops: `GOOGLE_CREDENTIALS` (a path, or the JSON itself), `GOOGLE_OAUTH_ACCESS_TOKEN`, then the application default credentials:
 * the file that `GOOGLE_APPLICATION_CREDENTIALS` names, the file that gcloud writes, the metadata server. Throws {@link GcpFailure}.
 */
export async function findCredentials(context: Context): Promise<Credentials> {
  const { env, files } = context;
  const given = env['GOOGLE_CREDENTIALS'];
  if (given) return { kind: 'file', file: await givenFile(given, context) };
  const token = env['GOOGLE_OAUTH_ACCESS_TOKEN'];
  if (token) return { kind: 'token', token };
  const named = env['GOOGLE_APPLICATION_CREDENTIALS'];
  if (named) return { kind: 'file', file: await namedFile(named, context) };
  const known = wellKnownFile(context);
  const content = known === undefined ? undefined : await files.read(known);
  return content === undefined ? { kind: 'metadata' } : { kind: 'file', file: parse(content, `'${known}'`) };
}

/** `GOOGLE_CREDENTIALS` may hold a private key, so it is never shown. */
async function givenFile(given: string, { files }: Context): Promise<CredentialsFile> {
  const source = 'GOOGLE_CREDENTIALS';
  if (given.trimStart().startsWith('{')) return parse(new TextEncoder().encode(given), source);
  const content = await files.read(given).catch(() => undefined);
  if (content === undefined) throw new GcpFailure(`${source} is neither JSON nor the path of a file that can be read`);
  return parse(content, source);
}

/** `GOOGLE_APPLICATION_CREDENTIALS` is a path, but people put the JSON there too, which must not be shown. */
async function namedFile(path: string, { files }: Context): Promise<CredentialsFile> {
  const name = 'GOOGLE_APPLICATION_CREDENTIALS';
  if (/^\s*\{|\n/.test(path)) throw new GcpFailure(`${name} takes the path of a file; the JSON itself goes into GOOGLE_CREDENTIALS`);
  const content = await files.read(path);
  if (content === undefined) throw new GcpFailure(`there is no file '${path}', which ${name} names`);
  return parse(content, `'${path}'`);
}

/** Where `gcloud auth application-default login` leaves credentials. */
function wellKnownFile({ env, files }: Context): string | undefined {
  const folder = env['APPDATA'] ? `${env['APPDATA']}/gcloud` : files.home === undefined ? undefined : `${files.home}/.config/gcloud`;
  return folder === undefined ? undefined : `${folder}/application_default_credentials.json`;
}

/** The words of the JSON parser are not passed on: they quote the text. */
function parse(content: Uint8Array, source: string): CredentialsFile {
  const fields = parseObject(new TextDecoder().decode(content));
  if (fields === undefined) throw new GcpFailure(`the credentials in ${source} are not a JSON object`);
  return { fields, source };
}

/** The fields of a JSON object; undefined for any other text. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export const asObject = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : undefined;

/** A text in a field, `''` where there is none. */
export const optionalText = ({ fields }: Pick<CredentialsFile, 'fields'>, name: string): string => {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
};

/** A text that must be in a field; throws {@link GcpFailure}. */
export function textOf(file: CredentialsFile, name: string): string {
  const value = optionalText(file, name);
  if (value === '') throw new GcpFailure(`the credentials in ${file.source} are without '${name}'`);
  return value;
}

/** An object in a field, which counts as a part of the file. */
export function partOf(file: CredentialsFile, name: string): CredentialsFile | undefined {
  const fields = asObject(file.fields[name]);
  return fields === undefined ? undefined : { fields, source: file.source };
}
