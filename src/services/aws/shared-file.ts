import type { Context } from '../../ports.ts';

/** Sections of one of AWS's shared files by name; an indented line belongs to the one above it: `kms.endpoint_url`. */
export type Sections = ReadonlyMap<string, ReadonlyMap<string, string>>;
export type SharedFile = keyof typeof variables;

const variables = { config: 'AWS_CONFIG_FILE', credentials: 'AWS_SHARED_CREDENTIALS_FILE' } as const;

/** Where `~/.aws/config` or `~/.aws/credentials` is, or what a variable names instead; undefined where there is no home. */
export const sharedFilePath = (name: SharedFile, { env, files }: Context): string | undefined =>
  env[variables[name]] || (files.home === undefined ? undefined : `${files.home}/.aws/${name}`);

/** Reads one of the shared files; one that is not there has no sections. */
export async function readSharedFile(name: SharedFile, context: Context): Promise<Sections> {
  const path = sharedFilePath(name, context);
  const content = path === undefined ? undefined : await context.files.read(path);
  return content === undefined ? new Map() : parseSections(new TextDecoder().decode(content));
}

const parseSections = (text: string): Sections =>
  new Map(text.split(/^(?=\[)/m).map((part) => [(/^\[([^\]]*)/.exec(part)?.[1] ?? '').trim().replace(/\s+/g, ' '), parseSettings(part)]));

function parseSettings(section: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  let parent = '';
  for (const { groups } of section.matchAll(/^(?<indent>[ \t]*)(?<key>[^\s#;=[][^=\n]*?)[ \t]*=[ \t]*(?<value>.*?)\s*$/gm)) {
    const { indent, key = '', value = '' } = groups ?? {};
    if (indent === '') parent = key;
    settings.set(indent === '' ? key : `${parent}.${key}`, value);
  }
  return settings;
}
