import { resolve } from 'node:path';
import type { RecipientNames } from '../../config/recipient-names.ts';
import { SopsError } from '../../errors.ts';
import { keySources } from '../../keysources/index.ts';
import { loadRegexps } from '../../metadata/regexp.ts';
import { type InspectedKey, inspectKeys } from '../../operations/inspect-keys.ts';
import type { Context } from '../../ports.ts';
import { type FoundConfig, loadConfig } from '../config-file.ts';
import { sealedFilesNamed } from '../encrypted-files.ts';
import { sealedFormatFor } from '../format-choice.ts';
import { readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { shortPath } from '../report.ts';
import { servicesOf } from '../services.ts';
import type { Diagnosis, ExaminedFile, ExaminedRule } from './diagnosis.ts';
import { environmentProblems, openFileProblems, type Problem } from './environment.ts';
import { serviceProblems } from './key-services.ts';
import { adviceFor, namesIn, opensGroups, placesOf, type Recipient, recipientOf } from './recipients.ts';

/** Looks at all that could be wrong: the environment, the reader's keys, the rules of the config file, the files that are named. */
export async function examine(invocation: Invocation): Promise<Diagnosis> {
  const { context, flags } = invocation;
  const problems: Problem[] = [...environmentProblems(context.env)];
  const found = attempt(() => loadConfig(invocation), '.sops.yaml', problems);
  problems.push(...(found?.config.warnings ?? []).map((message) => ({ about: '.sops.yaml', message })));
  const names = namesIn(found?.path);
  const rules = await examineRules(found, names, context, problems);
  const files = await examineFiles(invocation, names, problems);
  const kinds = new Set(['age', ...[...rules, ...files].flatMap(({ groups }) => groups.flat().map(({ kind }) => kind))]);
  const places = await examinePlaces(kinds, context);
  problems.push(...places.flatMap(placeProblems), ...ruleProblems(rules, places), ...files.flatMap(fileProblems));
  problems.push(...(await serviceProblems(flags.texts('keyservice'))));
  return { config: found?.path, places, rules, files, problems };
}

function attempt<T>(step: () => T, about: string, problems: Problem[]): T | undefined {
  try {
    return step();
  } catch (error) {
    problems.push(problemOf(error, about));
    return undefined;
  }
}

function problemOf(error: unknown, about: string): Problem {
  if (!(error instanceof SopsError) || error.code === 'CANCELLED') throw error;
  const { hint } = error.details;
  return { about, message: error.message, ...(hint === undefined ? {} : { remedy: hint }) };
}

async function examinePlaces(kinds: ReadonlySet<string>, context: Context): Promise<Diagnosis['places']> {
  const places: Diagnosis['places'][number][] = [];
  for (const { kind } of keySources)
    if (kinds.has(kind)) for (const place of await placesOf(kind, context)) places.push({ ...place, kind });
  return places;
}

function placeProblems({ name, path, note, flawed }: Diagnosis['places'][number]): readonly Problem[] {
  const open = path === undefined ? [] : openFileProblems(name, path);
  return flawed === true ? [...open, { about: name, message: note ?? 'cannot be used' }] : open;
}

// oxlint-disable-next-line max-params -- the rules, what they are called, the world, and where to tell
async function examineRules(
  found: FoundConfig | undefined,
  names: RecipientNames,
  context: Context,
  problems: Problem[],
): Promise<readonly ExaminedRule[]> {
  const examined: ExaminedRule[] = [];
  if (found === undefined) return examined;
  const compile = await loadRegexps(found.config.patterns);
  for (const [at, entry] of (found.config.creationRules ?? []).entries()) {
    const { line, pathRegex } = entry;
    const rule = attempt(() => entry.read(compile, {}), `rule ${at + 1} of ${shortPath(resolve(found.path))}`, problems);
    if (rule === undefined) continue;
    const groups: (readonly Recipient[])[] = [];
    for (const group of rule.keyGroups) groups.push(await inTurn(group, async (key) => recipientOf(key, names, context)));
    examined.push({ number: at + 1, line, pathRegex, opens: opensGroups(groups, rule), groups });
  }
  return examined;
}

/** One after the other: what asks a person or a program is not asked twice at once. */
async function inTurn<T, U>(items: readonly T[], step: (item: T) => Promise<U>): Promise<readonly U[]> {
  const done: U[] = [];
  for (const item of items) done.push(await step(item));
  return done;
}

/** Somebody whose keys open nothing here has the wrong keys; for each rule alone that may be as it should be. */
function ruleProblems(rules: readonly ExaminedRule[], places: Diagnosis['places']): readonly Problem[] {
  const advice = rules
    .filter(({ opens }) => opens !== 'yes')
    .flatMap(({ groups }) =>
      groups.flat().flatMap(({ key, name, advice: text }) => (text === undefined ? [] : [{ about: name ?? key, message: text }])),
    );
  if (rules.length === 0 || rules.some(({ opens }) => opens !== 'no')) return advice;
  const about = '.sops.yaml';
  if (rules.some(({ groups }) => groups.flat().some(({ opens }) => opens === 'yes')))
    return [
      ...advice,
      {
        about,
        message: 'your keys open fewer key groups than its rules ask for',
        remedy: 'use a key of another group too, or a key service that has one; `shamir_threshold` says how many it takes',
      },
    ];
  const own = places.flatMap(({ keys }) => keys);
  const remedy =
    own.length === 0
      ? 'make a key with `sopsmith init --own-age-key` or age-keygen, and have its recipient added to .sops.yaml'
      : `have somebody who can decrypt add yours to .sops.yaml and run \`sopsmith updatekeys\`: ${own[0]}`;
  return [
    ...advice,
    {
      about,
      message: own.length === 0 ? 'no key of yours was found' : 'none of your keys is among the recipients of its rules',
      remedy,
    },
  ];
}

async function examineFiles(invocation: Invocation, names: RecipientNames, problems: Problem[]): Promise<readonly ExaminedFile[]> {
  const { words, flags } = invocation;
  const inputType = flags.text('input-type');
  const services = servicesOf(invocation);
  const examined: ExaminedFile[] = [];
  for (const input of await sealedFilesNamed(words, invocation)) {
    const file = shortPath(input.shown);
    try {
      const { opens, groups } = await inFile(file, async () => inspectKeys(readInput(input), sealedFormatFor(inputType, input), services));
      const tried: (readonly Recipient[])[] = [];
      for (const group of groups) tried.push(await inTurn(group, async (key) => triedKey(key, names, invocation.context)));
      examined.push({ file, opens, groups: tried });
    } catch (error) {
      problems.push(problemOf(error, file));
    }
  }
  return examined;
}

async function triedKey({ kind, name: key, opens, error }: InspectedKey, names: RecipientNames, context: Context): Promise<Recipient> {
  const name = names.nameOf(key);
  const advice = opens ? undefined : await adviceFor(kind, key, context);
  return {
    kind,
    key,
    ...(name === undefined ? {} : { name }),
    opens: opens ? 'yes' : 'no',
    ...(advice === undefined ? {} : { advice }),
    ...(error === undefined ? {} : { error }),
  };
}

function fileProblems({ file, opens, groups }: ExaminedFile): readonly Problem[] {
  if (opens) return [];
  const advice = groups.flat().flatMap(({ advice: text, key, name }) => (text === undefined ? [] : [`${name ?? key}: ${text}`]));
  return [
    { about: file, message: 'does not open with the keys that are here', ...(advice.length === 0 ? {} : { remedy: advice.join('; ') }) },
  ];
}
