import type { Selection } from '../../metadata/metadata.ts';

/** What a config file with one rule says. */
export interface ConfigContent {
  /** Of the JSON Schema, relative to the config file. */
  readonly schema: string | undefined;
  readonly pathRegex: string | undefined;
  readonly selection: Selection | undefined;
  readonly keys: ReadonlyMap<string, readonly string[]>;
  /** Names of recipients, which stand beside them. */
  readonly names: ReadonlyMap<string, string>;
}

/** The text of a `.sops.yaml` with one rule, whose keys are one group. */
export function configText({ schema, pathRegex, selection, keys, names }: ConfigContent): string {
  const fields: string[] = [];
  if (pathRegex !== undefined) fields.push(`path_regex: ${yamlText(pathRegex)}`);
  if (selection) fields.push(`${selection.by}: ${yamlText('suffix' in selection ? selection.suffix : selection.pattern)}`);
  for (const [name, texts] of keys) fields.push(`${name}:`, ...texts.map((text) => `  - ${yamlText(text)}${commentFor(text, names)}`));
  return [
    ...(schema === undefined ? [] : [`# yaml-language-server: $schema=${schema}`]),
    'creation_rules:',
    ...fields.map((field, at) => `${at === 0 ? '  - ' : '    '}${field}`),
    '',
  ].join('\n');
}

function commentFor(text: string, names: ReadonlyMap<string, string>): string {
  const name = names.get(text);
  return name === undefined ? '' : `  # ${name.replaceAll(/\s+/g, ' ').trim()}`;
}

const isPlain = (text: string): boolean =>
  /^[A-Za-z^(/\\]/.test(text) && !/: |:$| #|\s$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);

/** A text as YAML spells it: bare where that can be misread by nobody. */
function yamlText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- those are what cannot stand in single quotes
  if (/[\u0000-\u001F\u007F-\u009F\u2028\u2029]/.test(text)) return JSON.stringify(text);
  return isPlain(text) ? text : `'${text.replaceAll("'", "''")}'`;
}
