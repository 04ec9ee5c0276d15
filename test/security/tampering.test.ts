// What real sops refuses we refuse, and of what it lets pass, all that changes a value, a key or an order under the MAC.
import { describe, expect, it } from 'vitest';
import type { FormatName } from '../../src/formats/format.ts';
import { walk } from '../../src/document/walk.ts';
import { formatOf } from '../interop/library.ts';
import { lacks } from '../support/peers.ts';
import { characters, exchanged, respelled, retyped, type Tampered } from './ciphertext.ts';
import { documents, formatNames } from './documents.ts';
import { different, judge, laxer, passed } from './judge.ts';
import { open, seal, setups } from './laboratory.ts';
import { metadataMutations, mutations } from './mutations.ts';

type Kind = readonly [name: string, tamper: (format: FormatName, sealed: string) => readonly Tampered[]];

const kinds: readonly Kind[] = [
  ['respelled ciphertext', (_, sealed) => respelled(sealed)],
  ['ciphertext of another type', (_, sealed) => retyped(sealed)],
  ['ciphertext in another place', (_, sealed) => exchanged(sealed)],
  ...Object.entries(mutations),
  ['metadata of other types', metadataMutations],
];

const cases = formatNames.flatMap((format) => setups.map((setup) => [format, setup] as const));

/** What the MAC is over, as the plaintext shows it: texts in their order, comments left out. */
function macInput(format: FormatName, plain: string): string {
  if (format === 'binary') return plain;
  let input = '';
  for (const branch of formatOf(format).parse(plain).branches) {
    walk(branch, (item) => {
      // A type is under no tag: as in real sops, a whole number may come back as a float, which dotenv prints so.
      if (item.kind === 'leaf') input += item.text.replace(/\.0$/, '');
    });
  }
  return input;
}

describe.skipIf(lacks('oracle'))('a file that was tampered with', () => {
  describe.each(cases.map(([format, setup]) => ({ format, setup, name: setup.name })))('in $format, with $name', ({ format, setup }) => {
    const sealed = seal(format, documents[format], setup);

    it.each(kinds)(
      '%s: refused where real sops refuses, and else the same plaintext with the same values under the MAC',
      async (_, tamper) => {
        const judged = await judge(format, tamper(format, await sealed));
        expect(laxer(judged)).toEqual([]);
        expect(different(judged)).toEqual([]);
        if (setup.macOnlyEncrypted) return;
        const wanted = macInput(format, documents[format]);
        expect(passed(judged).filter(({ plain }) => macInput(format, plain) !== wanted)).toEqual([]);
      },
    );

    it('a changed character of a ciphertext: refused, but in a comment, which stays ciphertext', async () => {
      const text = await sealed;
      const step = setup === setups[0] ? 1 : 29;
      const wrong: string[] = [];
      for (const { what, text: changed } of characters(text, step)) {
        const attempt = await open(format, changed);
        const code = 'error' in attempt ? attempt.error.code : '';
        const expected = /^(VALUE_UNOPENABLE|MAC_MISMATCH|MALFORMED_DOCUMENT)$/.test(code);
        if (!expected && !('text' in attempt && /^\s*[#;] ?\S+:\S*,(tag|type)/m.test(attempt.text))) wrong.push(`${what}: ${code}`);
      }
      expect(wrong).toEqual([]);
    });
  });

  describe.each(formatNames)('in %s', (format) => {
    const sealed = seal(format, documents[format], setups[0]);

    it.each(kinds)('%s, with --ignore-mac: refused where real sops refuses, and else the same plaintext', async (_, tamper) => {
      const judged = await judge(format, tamper(format, await sealed), true);
      expect(laxer(judged)).toEqual([]);
      expect(different(judged)).toEqual([]);
    });
  });
});
