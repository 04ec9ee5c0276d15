import { describe, expect, it } from 'vitest';
import { SopsError } from '../../src/errors.ts';
import { parseYaml } from '../../src/formats/yaml/tree.ts';
import type { Answer } from '../interop/oracle.ts';
import { ask, fell } from '../interop/oracle.ts';
import { lacks } from '../support/peers.ts';
import type { Random } from '../support/random.ts';
import { seeded } from '../support/random.ts';
import { mutated, yamlDocument, yamlSoup } from '../support/yaml-documents.ts';
import { seenOf } from '../support/yaml-seen.ts';

// YAML_CASES=10000 for a full run; YAML_SEED moves to other documents.
const cases = Number(process.env['YAML_CASES'] ?? 600);
const firstSeed = Number(process.env['YAML_SEED'] ?? 1);

/** How our reading of a text differs from real sops's; undefined where it does not. */
function difference(source: string, theirs: Answer): string | undefined {
  const ours = read(source);
  if (typeof ours === 'string') return theirs.error === undefined && !isMeant(ours) ? `refused by us alone: ${ours}` : undefined;
  if (theirs.error !== undefined) return ours.noted || isNoRefusal(theirs) ? undefined : `refused by sops alone: ${theirs.error}`;
  const [a, b] = [ours.seen, (theirs.leaves ?? []).map((leaf) => JSON.stringify(leaf))];
  const at = a.findIndex((leaf, place) => leaf !== b[place]);
  return a.length === b.length && at < 0 ? undefined : `ours ${a[at] ?? 'nothing'}, sops's ${b[at < 0 ? a.length : at] ?? 'nothing'}`;
}

function read(source: string): string | { readonly seen: readonly string[]; readonly noted: boolean } {
  try {
    const document = parseYaml(source);
    return { seen: seenOf(document).map((leaf) => JSON.stringify(leaf)), noted: document.notes.length > 0 };
  } catch (error) {
    if (error instanceof SopsError) return error.message;
    throw error;
  }
}

/** In documents but the first, real sops takes a value that its tag does not fit for null, and loses it: we refuse it. */
const isMeant = (refusal: string): boolean => refusal.endsWith('a value is not what its tag says');

/** Real sops has read the document and fails later, when it prints. */
const isNoRefusal = (answer: Answer): boolean => fell(answer) || /^Error (?:marshaling|walking tree: Could not)/.test(answer.error ?? '');

/** A smaller text that still differs. */
function shrunk(source: string): string {
  let smallest = source;
  for (let size = smallest.length >> 1; size > 0; size >>= 1) {
    const texts = Array.from(
      { length: Math.ceil(smallest.length / size) },
      (_, at) => smallest.slice(0, at * size) + smallest.slice((at + 1) * size),
    );
    const wellFormed = texts.filter((text) => text !== '' && !/[\uD800-\uDFFF]/u.test(text));
    const answers = ask('look', 'yaml', wellFormed);
    const found = wellFormed.find((text, at) => difference(text, answers[at] ?? {}) !== undefined);
    if (found !== undefined) {
      smallest = found;
      size = Math.min(size * 2, smallest.length);
    }
  }
  return smallest;
}

/** The first difference among generated documents, shrunk; undefined where there is none. */
function firstDifference(make: (random: Random) => string, count: number): string | undefined {
  const sources = Array.from({ length: count }, (_, at) => make(seeded(firstSeed * 1_000_003 + at)));
  const answers = ask('look', 'yaml', sources);
  const at = sources.findIndex((source, place) => difference(source, answers[place] ?? {}) !== undefined);
  if (at < 0) return undefined;
  const small = shrunk(sources[at] ?? '');
  return `seed ${firstSeed}, document ${at}: ${difference(small, ask('look', 'yaml', [small])[0] ?? {})}\n${JSON.stringify(small)}`;
}

describe.skipIf(lacks('oracle'))('reading YAML as real sops does', { timeout: 600_000 }, () => {
  it('sees the same leaves and comments in the same order in documents of every layout', () => {
    expect(firstDifference(yamlDocument, cases)).toBeUndefined();
  });

  it('refuses what sops refuses, and takes what it takes, when characters and lines are lost or doubled', () => {
    expect(firstDifference((random) => mutated(random, yamlDocument(random)), cases)).toBeUndefined();
  });

  it('does so for lines thrown together', () => {
    expect(firstDifference(yamlSoup, cases * 2)).toBeUndefined();
  });

  it.each([
    ['comments and blanks beyond the reach of a look ahead', `a: 1${' '.repeat(600)}# far\nb: 2\n${'\n'.repeat(600)}# c\nc: 3\n`],
    ['keys at and beyond 1024 characters', `${'k'.repeat(1023)}: 1\n"${'é'.repeat(1022)}": 2\n`],
    ['a key of 1025 characters', `${'k'.repeat(1025)}: 1\n`],
    ['a key of 513 characters of two units each', `${'😀'.repeat(600)}: 1\n`],
    ['an alias of an earlier document', 'a: &x {b: 1}\n---\nc: *x\n'],
    ['a document that is an alias', 'a: &x {b: 1}\n--- *x\n'],
    ['equal keys in a later document', 'a: 1\n---\nb: 1\nb: 2\n'],
    ['equal keys deep in the first document', 'a:\n  - {b: 1, b: 2}\n'],
    ['a merge of what is no mapping', 'a: &a 1\nb: {<<: *a}\n'],
    ['a merge of what is no mapping in a later document', 'a: 1\n---\nb: {<<: 1}\n'],
    ['a merge key in quotes', 'a: &a 1\nb: {"<<": *a}\n'],
    ['an alias within what it names', 'a: &a [*a]\n'],
    ['comments only', '# a\n# b\n'],
    ['an empty document', '---\n'],
    ['an empty document with comments', '# a\n---\n# b\n...\n# c\n'],
    ['%YAML 1.2', '%YAML 1.2\n---\na: 1\n'],
    ['a document behind ... without ---', 'a: 1\n...\nb: 2\n'],
    ['comments of what an alias names', 'a: &x # l\n  # h\n  b: 1 # i\n  # f\nc: *x # j\n'],
    ['a byte order mark', '\uFEFFa: 1\n'],
  ])('agrees on %s', (_, source) => {
    expect(difference(source, ask('look', 'yaml', [source])[0] ?? {})).toBeUndefined();
  });
});
