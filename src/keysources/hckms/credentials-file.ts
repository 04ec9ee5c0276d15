import type { Context } from '../../ports.ts';

/** The settings of a section, by name. */
export type Settings = ReadonlyMap<string, string>;

/** Reads section `basic` of the file that `HUAWEICLOUD_SDK_CREDENTIALS_FILE` names, or `~/.huaweicloud/credentials`, an INI file; undefined where there is none. */
export async function readCredentialsFile({ env, files }: Context): Promise<Settings | undefined> {
  const path = env['HUAWEICLOUD_SDK_CREDENTIALS_FILE'] || (files.home === undefined ? undefined : `${files.home}/.huaweicloud/credentials`);
  const content = path === undefined ? undefined : await files.read(path);
  return content === undefined ? undefined : basicSection(new TextDecoder().decode(content));
}

function basicSection(text: string): Settings {
  const settings = new Map<string, string>();
  let section = '';
  for (const line of text.replaceAll(/\\\r?\n/g, '').split(/\r?\n/)) {
    section = /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim() ?? section;
    const [, name, value = ''] = /^\s*["`]?([^\s#;[=:"`][^=:"`]*?)["`]?\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (section === 'basic' && name !== undefined) settings.set(name, unquoted(value));
  }
  return settings;
}

/** As go-ini reads it: a comment begins at `#` or `;` wherever they stand; quotes keep them. */
function unquoted(value: string): string {
  const { quoted } = /^(?<quote>"""|["'`])(?<quoted>.*?)\k<quote>/.exec(value)?.groups ?? {};
  return quoted ?? value.replace(/[#;].*$/, '').trim();
}
