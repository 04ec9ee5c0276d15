import { resolve } from 'node:path';
import type { CreationRule, RuleEntry } from '../../config/config.ts';
import { pathBelow } from '../../config/match.ts';
import { oneLine, SopsError } from '../../errors.ts';
import { keySources } from '../../keysources/index.ts';
import { loadRegexps } from '../../metadata/regexp.ts';
import { defaultSelection, type Selection } from '../../metadata/metadata.ts';
import { nameOf } from '../../operations/master-key-name.ts';
import { previewSelection, type PreviewedKey } from '../../operations/preview.ts';
import { statFile } from '../../node/files.ts';
import { type FoundConfig, neededConfig } from '../config-file.ts';
import { mayBeMeant } from '../encrypted-files.ts';
import { exitCodes, success } from '../exit-codes.ts';
import { formatFor } from '../format-choice.ts';
import { type Input, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { keyOptions } from '../master-keys.ts';
import { errorText, print, say, shortPath } from '../report.ts';
import { filesNamed } from '../wanted-inputs.ts';

/** What became of a rule when it was asked for a file. */
interface Judged {
  readonly number: number;
  readonly line: number;
  readonly pathRegex: string | undefined;
  readonly verdict: 'takes it' | 'does not match' | 'not asked';
}

/** What the rules make of one file. */
interface Explanation {
  readonly file: string;
  readonly config: string;
  /** What `path_regex` is matched with. */
  readonly path: string;
  readonly rules: readonly Judged[];
  readonly keyGroups?: readonly (readonly string[])[];
  readonly shamirThreshold?: number;
  readonly selection?: string;
  /** Undefined where the file is not there. */
  readonly keys?: readonly PreviewedKey[];
}

/** A file, and what the rules make of it, or why that cannot be said. */
type Asked = Explanation | { readonly file: string; readonly error: SopsError };

/** `sopsmith rules file|folder|glob…`: which rule takes a file, why the others do not, and what would be encrypted for whom. Answers the status of the first file that could not be read. */
export async function run(invocation: Invocation): Promise<number> {
  const { words, flags } = invocation;
  const found = neededConfig(invocation);
  if (words.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  const all: Asked[] = [];
  for (const input of await filesNamed(words, mayBeMeant)) {
    const asked = await ask(input, found, invocation);
    all.push(asked);
    if ('error' in asked) say(errorText(asked.error));
  }
  print(flags.isOn('json') ? asJson(all) : all.flatMap((asked) => ('error' in asked ? [] : [asText(asked)])).join('\n'));
  const [failed] = all.flatMap((asked) => ('error' in asked ? [asked.error] : []));
  return failed === undefined ? success : exitCodes[failed.code];
}

async function ask(input: Input, found: FoundConfig, invocation: Invocation): Promise<Asked> {
  try {
    return await inFile(input.shown, () => explain(input, found, invocation));
  } catch (error) {
    if (error instanceof SopsError && error.code !== 'CANCELLED') return { file: input.shown, error };
    throw error;
  }
}

const asJson = (all: readonly Asked[]): string =>
  `${JSON.stringify(
    all.map((asked) => ('error' in asked ? { file: asked.file, error: { code: asked.error.code, message: asked.error.message } } : asked)),
    undefined,
    2,
  )}\n`;

async function explain(input: Input, found: FoundConfig, invocation: Invocation): Promise<Explanation> {
  const { config } = found;
  const path = pathBelow(resolve(found.path), input.name);
  const compile = await loadRegexps(config.patterns);
  const entries = config.creationRules ?? [];
  const taken = entries.findIndex((entry) => entry.matches(path, compile));
  const outline = {
    file: input.shown,
    config: shortPath(resolve(found.path)),
    path,
    rules: entries.map((entry, at) => judged(entry, at, taken)),
  };
  const { encryptionContext } = keyOptions(invocation.flags);
  const rule = entries[taken]?.read(compile, encryptionContext === undefined ? {} : { encryptionContext });
  if (rule === undefined) return outline;
  return { ...outline, ...whom(rule), ...(await what(rule, input, invocation)) };
}

const judged = ({ line, pathRegex }: RuleEntry, at: number, taken: number): Judged => ({
  number: at + 1,
  line,
  pathRegex,
  verdict: at === taken ? 'takes it' : taken === -1 || at < taken ? 'does not match' : 'not asked',
});

const whom = ({ keyGroups, shamirThreshold }: CreationRule): Pick<Explanation, 'keyGroups' | 'shamirThreshold'> => ({
  keyGroups: keyGroups.map((group) => group.map((masterKey) => nameOf(masterKey, keySources))),
  ...(keyGroups.length > 1 ? { shamirThreshold: shamirThreshold === 0 ? keyGroups.length : shamirThreshold } : {}),
});

async function what(rule: CreationRule, input: Input, { flags }: Invocation): Promise<Pick<Explanation, 'selection' | 'keys'>> {
  const format = formatFor(flags.text('input-type'), input.name);
  if (format.raw !== undefined) return { selection: 'the whole file, which is binary' };
  const selection = rule.selection ?? defaultSelection;
  if (input.path === undefined || statFile(input.path) === undefined) return { selection: selectionText(selection) };
  return { selection: selectionText(selection), keys: await previewSelection(readInput(input), format, selection) };
}

const selectionText = (selection: Selection): string => `${selection.by}: ${'suffix' in selection ? selection.suffix : selection.pattern}`;

function asText(explanation: Explanation): string {
  const { file, config, path, rules, selection, keys = [] } = explanation;
  const taker = rules.find(({ verdict }) => verdict === 'takes it');
  const lines = [
    `${file}: ${taker === undefined ? 'no rule takes it' : `rule ${taker.number} takes it`}`,
    `  rules of ${config}, matched with ${path}:`,
    ...rules.map(({ number, line, pathRegex, verdict }) => `    ${number} (line ${line}): ${pathRegex ?? 'every file'}: ${verdict}`),
    ...whomAsText(explanation),
    ...(selection === undefined ? [] : [`  which values: ${selection}`]),
    ...keys.map((key) => `    ${key.encrypted ? 'encrypted' : 'in clear '}  ${key.path}`),
  ];
  return `${lines.map(oneLine).join('\n')}\n`;
}

function whomAsText({ keyGroups, shamirThreshold }: Explanation): readonly string[] {
  if (keyGroups === undefined) return [];
  if (shamirThreshold === undefined)
    return ['  encrypted for:', ...(keyGroups.flat().length === 0 ? ['nobody'] : keyGroups.flat()).map((name) => `    ${name}`)];
  return [
    `  encrypted for, ${shamirThreshold} of ${keyGroups.length} groups decrypt:`,
    ...keyGroups.flatMap((group, at) => group.map((name) => `    group ${at + 1}: ${name}`)),
  ];
}
