// Both backends give the same bytes, and no nonce ever serves two plaintexts under one data key.
import { type Arbitrary, array, assert, constantFrom, nat, property, tuple, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FormatName } from '../../src/formats/format.ts';
import { walk } from '../../src/document/walk.ts';
import { additionalData } from '../../src/document/path.ts';
import { aead as nodeAead } from '../../src/crypto/aead.node.ts';
import { aead as portableAead } from '../../src/crypto/aead.portable.ts';
import { parseEnvelope, printEnvelope } from '../../src/crypto/envelope.ts';
import { sha512 as nodeSha512 } from '../../src/crypto/sha512.node.ts';
import { sha512 as portableSha512 } from '../../src/crypto/sha512.portable.ts';
import { openPayload } from '../../src/crypto/value.ts';
import { rotate, set } from '../../src/index.ts';
import { formatOf } from '../interop/library.ts';
import { below, pick, type Random, seeded } from '../support/random.ts';
import { documents, formatNames } from './documents.ts';
import { services } from '../interop/library.ts';
import { bytes, edit, open, seal, text } from './laboratory.ts';

const chunk = (maxLength: number, minLength = 0): Arbitrary<Uint8Array> => uint8Array({ minLength, maxLength });

describe('the two backends', () => {
  it('seal to the same bytes, open what the other sealed, and refuse the same', () => {
    assert(
      property(tuple(chunk(32, 32), chunk(64, 8)), chunk(300), chunk(60), nat(), ([key, nonce], plaintext, aad, at) => {
        const sealed = nodeAead.seal(key, nonce, plaintext, aad);
        const other = portableAead.seal(key, nonce, plaintext, aad);
        expect([...other.data, ...other.tag]).toEqual([...sealed.data, ...sealed.tag]);
        for (const one of [nodeAead, portableAead]) {
          expect(Buffer.from(one.open(key, nonce, other, aad) ?? 'refused')).toEqual(Buffer.from(plaintext));
          const { data, tag } = sealed;
          const flipped = at % (data.length + 16);
          const spoil = (part: Uint8Array, place: number): Uint8Array =>
            part.map((byte, index) => (index === place ? byte ^ (1 << (at & 7)) : byte));
          expect(one.open(key, nonce, { data: spoil(data, flipped), tag: spoil(tag, flipped - data.length) }, aad)).toBeUndefined();
          expect(one.open(key, spoil(nonce, at % nonce.length), sealed, aad)).toBeUndefined();
          expect(one.open(key, nonce, sealed, Uint8Array.from([...aad, 0]))).toBeUndefined();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('hash to the same bytes, however the input is cut', () => {
    assert(
      property(array(chunk(300), { maxLength: 6 }), (parts) => {
        const [one, other] = [nodeSha512(), portableSha512()];
        for (const part of parts) one.update(part);
        other.update(Uint8Array.from(parts.flatMap((part) => [...part])));
        expect(Buffer.from(other.digest())).toEqual(Buffer.from(one.digest()));
      }),
    );
  });

  it('an envelope is read as it was printed, and in no other spelling', () => {
    assert(
      property(chunk(80, 1), chunk(64, 8), chunk(16, 16), constantFrom('str', 'int', 'comment'), (data, nonce, tag, type) => {
        const printed = printEnvelope({ data, nonce, tag, type });
        expect(parseEnvelope(printed)).toEqual({ data, nonce, tag, type });
        const read = parseEnvelope(printed);
        expect(read && printEnvelope(read)).toBe(printed);
      }),
    );
  });
});

/** Where a ciphertext stands and what it holds, by its nonce. */
type Uses = Map<string, string>;

function dataKeyOf(sealed: string): Uint8Array {
  const found = /enc["\s]*[:=]\s*"?([A-Za-z0-9+/]{43}=)/.exec(sealed)?.[1] ?? '';
  return new Uint8Array(Buffer.from(found, 'base64'));
}

/** Notes every nonce of a file; answers those that serve something else already. */
function reused(format: FormatName, sealed: string, uses: Uses): readonly string[] {
  const dataKey = dataKeyOf(sealed);
  const found: string[] = [];
  const note = (nonce: Uint8Array, use: string): void => {
    const name = Buffer.from(nonce).toString('hex');
    if ((uses.get(name) ?? use) !== use) found.push(`${uses.get(name) ?? ''} and ${use}`);
    uses.set(name, use);
  };
  for (const branch of formatOf(format).parse(sealed).branches) {
    walk(branch, (item, path) => {
      const envelope = parseEnvelope(item.text);
      if (!envelope) return;
      const opening = openPayload(dataKey, item.text, additionalData(path));
      const payload = 'payload' in opening ? Buffer.from(opening.payload.bytes).toString('hex') : Buffer.from(envelope.tag).toString('hex');
      note(envelope.nonce, `${path.join(':')} ${payload}`);
    });
  }
  return found;
}

const words = ['one', 'two', 'alice', '5432', 'x', 'y', 'value', '1.5'] as const;

/** A plaintext with a value changed, two lines swapped, or a line doubled; now and then what is no document any more. */
function altered(random: Random, plain: string): string {
  const lines = plain.split('\n');
  const at = below(random, lines.length);
  const line = lines[at] ?? '';
  switch (below(random, 4)) {
    case 0:
      return lines.with(at, line.replace(/[\w.]+(?="?,?$)/, pick(random, words))).join('\n');
    case 1:
      return lines.toSpliced(at, 0, /^ +- /.test(line) ? line : line.replace(/[\w]+/, (key) => `${key}${below(random, 3)}`)).join('\n');
    case 2:
      return lines.toSpliced(at, 1).join('\n');
    default:
      return plain.replaceAll(pick(random, words), pick(random, words));
  }
}

describe.each(formatNames)('the nonces of a %s file', (format) => {
  it('serve one path and payload each, over many edits; rotation makes all new, under a new key', async () => {
    const seed = 20_261_124;
    const random = seeded(seed);
    for (let session = 0; session < 6; session++) {
      const uses: Uses = new Map();
      let sealed = await seal(format, documents[format], undefined, 'auto');
      expect(reused(format, sealed, uses), `seed ${seed}`).toEqual([]);
      for (let step = 0; step < 20; step++) {
        sealed = await edit(format, sealed, (plain) => altered(random, plain)).catch(() => sealed);
        expect(reused(format, sealed, uses), `seed ${seed}, session ${session}, step ${step}`).toEqual([]);
      }
      const one = formatOf(format);
      const rotation = await rotate(
        bytes(sealed),
        { input: one, print: {} },
        { add: [], remove: [], ignoreMac: false, layout: 'auto' },
        services,
      );
      const rotated = text(rotation.content);
      expect(dataKeyOf(rotated)).not.toEqual(dataKeyOf(sealed));
      const fresh: Uses = new Map();
      expect(reused(format, rotated, fresh)).toEqual([]);
      expect([...fresh].filter(([nonce]) => uses.has(nonce))).toEqual([]);
      expect(await open(format, rotated)).toEqual(await open(format, sealed));
    }
  });

  it('a value that stays keeps its ciphertext, and one that comes back in another place does not', async () => {
    if (format === 'binary') return;
    const sealed = await seal(format, documents[format], undefined);
    const path = format === 'ini' ? ['deep', 'password'] : ['password'];
    const options = { ignoreMac: false, print: {}, layout: 'auto' } as const;
    const value = { kind: 'leaf', type: 'str', text: format === 'ini' ? 'value' : 'alice' } as const;
    const { content } = await set(bytes(sealed), formatOf(format), { path, value, options }, services);
    const before = new Set(sealed.match(/ENC\[[^\]]*\]/g));
    const changed = (text(content).match(/ENC\[[^\]]*\]/g) ?? []).filter((one) => !before.has(one));
    expect(changed).toHaveLength(2);
  });
});

it('keys and values that look like one another share no ciphertext, NUL bytes and all', async () => {
  const sealed = await seal('json', '{"a": "Y:\\u0000str\\u0000Z"}', undefined);
  const renamed = '{"a:\\u0000str\\u0000Y": "Z"}';
  expect(await open('json', await edit('json', sealed, () => renamed))).toEqual({ text: renamed });
});
