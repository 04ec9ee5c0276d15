import { resolve } from 'node:path';
import type { CreationRule, RuleEntry } from '../../config/config.ts';
import { pathBelow } from '../../config/match.ts';
import { SopsError } from '../../errors.ts';
import { keySources } from '../../keysources/index.ts';
import { loadRegexps } from '../../metadata/regexp.ts';
import { defaultSelection, type Selection } from '../../metadata/metadata.ts';
import { nameOf } from '../../operations/master-key-name.ts';
import { previewSelection, type PreviewedKey } from '../../operations/preview.ts';
import { statFile } from '../../node/files.ts';
import { type FoundConfig, neededConfig } from '../config-file.ts';
import { formatFor } from '../format-choice.ts';
import { fileInput, type Input, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { keyOptions } from '../master-keys.ts';
import { print, shortPath } from '../report.ts';

/** What became of a rule when it was asked for a file. */
interface Asked {
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
  readonly rules: readonly Asked[];
  readonly keyGroups?: readonly (readonly string[])[];
  readonly shamirThreshold?: number;
  readonly selection?: string;
  /** Undefined where the file is not there. */
  readonly keys?: readonly PreviewedKey[];
}

/** `sopsmith rules file…`: which rule takes a file, why the others do not, and what would be encrypted for whom. */
export async function run(invocation: Invocation): Promise<void> {
  const { words, flags } = invocation;
  const found = neededConfig(invocation);
  if (words.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  const explanations: Explanation[] = [];
  for (const word of words) {
    const input = fileInput(word);
    explanations.push(await inFile(input.shown, () => explain(input, found, invocation)));
  }
  print(flags.isOn('json') ? `${JSON.stringify(explanations, undefined, 2)}\n` : explanations.map(asText).join('\n'));
}

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
    rules: entries.map((entry, at) => asked(entry, at, taken)),
  };
  const { encryptionContext } = keyOptions(invocation.flags);
  const rule = entries[taken]?.read(compile, encryptionContext === undefined ? {} : { encryptionContext });
  if (rule === undefined) return outline;
  return { ...outline, ...whom(rule), ...(await what(rule, input, invocation)) };
}

const asked = ({ line, pathRegex }: RuleEntry, at: number, taken: number): Asked => ({
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
  return `${lines.join('\n')}\n`;
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
