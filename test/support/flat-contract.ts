import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { splice } from '../../src/document/splice.ts';
import type { Format } from '../../src/formats/format.ts';
import { ask } from '../interop/oracle.ts';
import type { Answer } from '../interop/oracle.ts';
import { seeded } from './json-documents.ts';
import { lacks, needed } from './peers.ts';
import { changes } from './flat-changes.ts';
import { documentsOf, failures, look, parsable, recordOf, runs } from './flat-format.ts';
import type { FlatFormat } from './flat-format.ts';
import { metadata } from './flat-metadata.ts';
import { ciphertext, openAll, sealAll, shown } from './round-trip.ts';
import type { Shown } from './round-trip.ts';

/** What every format of strings must do, beside real sops's packages and alone. */
export function flatContract(flat: FlatFormat): void {
  describe.skipIf(lacks('oracle'))(`${flat.format.name}, beside real sops`, () => {
    besideSops(flat);
  });
  describe.skipIf(lacks('sops'))(`${flat.format.name}, a new file`, () => {
    newFile(flat);
  });
  describe(`${flat.format.name}, there and back`, () => {
    thereAndBack(flat);
  });
  describe(`${flat.format.name}, its metadata`, () => {
    metadata(flat);
  });
  describe(`${flat.format.name}, changes`, () => {
    changes(flat);
  });
}

function besideSops(flat: FlatFormat): void {
  const { format, generate, damage, accepted } = flat;

  it(`sees and prints the same in ${runs} documents`, () => {
    const documents = documentsOf(generate, 1);
    const answers = ask('look', flat.name, documents);
    expect(failures(documents, (source, at) => agree(format, source, answers[at]))).toEqual([]);
    expect(answers.filter(({ error }) => error === undefined).length).toBeGreaterThan(runs * 0.9);
  });

  it(`accepts and refuses the same among ${runs} damaged documents`, () => {
    const documents = documentsOf(generate, 2).map((source, at) => damage(source, seeded(at)));
    const answers = ask('look', flat.name, documents);
    expect(failures(documents, (source, at) => accepted.test(answers[at]?.error ?? '') || agree(format, source, answers[at]))).toEqual([]);
  });

  it(`seals ${runs} documents so that real sops sees the same keys and comments`, () => {
    const documents = parsable(flat, 3);
    const encrypted = documents.map((source) => format.attach(sealAll(format, source).sealed, recordOf(format), {}));
    const answers = ask('look', flat.name, encrypted);
    const alike = (source: string, answer?: Answer): boolean =>
      isDeepStrictEqual(
        answer?.leaves?.filter(({ aad }) => !/^sops[_:]/.test(aad)),
        sealedView(shown(format.parse(source))),
      );
    expect(failures(documents, (source, at) => panicked(answers[at]) || alike(source, answers[at]))).toEqual([]);
  });

  it(`takes the metadata that real sops wrote out of ${runs} documents`, () => {
    const encrypted = ask('encrypt', flat.name, parsable(flat, 4)).map(({ text }) => text ?? '');
    // Real sops does not read all that it writes: a key that starts with a bracket, say.
    const readable = ask('look', flat.name, encrypted);
    const comesOut = (text: string): boolean => {
      const before = format.parse(text);
      const after = format.parse(splice(text, format.detach(before)));
      return isDeepStrictEqual(shown(after), shown(before)) && !JSON.stringify(after.branches).includes('lastmodified');
    };
    expect(failures(encrypted, (text, at) => readable[at]?.error !== undefined || comesOut(text))).toEqual([]);
  });
}

function newFile({ format }: FlatFormat): void {
  it('starts as real sops starts it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'example-'));
    try {
      const recipient = 'age1h3rysvxd7vd5zk6detaxdasmu0mh8zt6ulj9ctsqsyk9sk7z093srh9z4u';
      const file = join(folder, `new${format.extensions[0] ?? ''}`);
      const env = { ...process.env, EDITOR: 'cat' };
      const { stdout } = spawnSync(needed('sops'), ['edit', '--age', recipient, file], { env, encoding: 'utf8' });
      expect(format.example).toBe(stdout);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

function thereAndBack(flat: FlatFormat): void {
  const { format, generate, exact } = flat;

  it(`gives back the source of ${runs} documents, at least ${exact * 100} of 100 with every byte`, () => {
    const documents = parsable(flat, 5);
    const back = documents.map((source) => {
      const { sealed, texts } = sealAll(format, source);
      return openAll(format, format.attach(sealed, recordOf(format), {}), texts);
    });
    // Without its layout entry a document can lose its meaning: a comment that holds quotes, behind a value of several lines whose own quotes are lost.
    const meaning = documents.filter((source, at) => isDeepStrictEqual(look(format, back[at] ?? '').leaves, shown(format.parse(source))));
    expect(documents.filter((source, at) => source === back[at]).length).toBeGreaterThanOrEqual(documents.length * exact);
    expect(meaning.length).toBeGreaterThan(documents.length * 0.99);
  });

  it('leaves no word of what it sealed, seen by real sops or not', () => {
    const documents = parsable({ format, generate: (random) => generate(random).replaceAll('secret', 'hunter2') }, 6);
    expect(documents.join('')).toContain('hunter2');
    expect(failures(documents, (source) => !sealAll(format, source).sealed.includes('hunter2'))).toEqual([]);
  });
}

/** Real sops panics while it prints a comment with an empty line; what it sees is unknown then. */
const panicked = (answer?: Answer): boolean => answer?.error?.startsWith('panic: ') === true;

function agree(format: Format, source: string, answer: Answer = {}): boolean {
  const ours = look(format, source);
  if (answer.error !== undefined) return panicked(answer) || ours.error !== undefined;
  return isDeepStrictEqual(ours, { leaves: answer.leaves ?? [], print: answer.print ?? '' });
}

/** What real sops must see of a sealed document: ciphertext in the place of each text that is not empty. */
function sealedView(seen: readonly Shown[]): readonly Shown[] {
  let number = 0;
  return seen.map((one) => (one.text === '' ? one : { ...one, text: ciphertext(number++, one.type) }));
}
