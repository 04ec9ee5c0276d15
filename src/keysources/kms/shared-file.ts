import type { Context } from '../../ports.ts';

/** Sections of one of AWS's shared files by name; an indented line belongs to the one above it: `kms.endpoint_url`. */
export type Sections = ReadonlyMap<string, ReadonlyMap<string, string>>;

const variables = { config: 'AWS_CONFIG_FILE', credentials: 'AWS_SHARED_CREDENTIALS_FILE' } as const;

/** Reads `~/.aws/config` or `~/.aws/credentials`, or what a variable names instead; a file that is not there has no sections. */
export async function readSharedFile(name: keyof typeof variables, { env, files }: Context): Promise<Sections> {
  const path = env[variables[name]] || (files.home === undefined ? undefined : `${files.home}/.aws/${name}`);
  const content = path === undefined ? undefined : await files.read(path);
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
