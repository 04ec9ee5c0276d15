// Whom and what a successor is encrypted for, and when it has a new data key.
import { describe, expect, test } from 'vitest';
import { SopsError } from '../../src/errors.ts';
import type { IntoOptions } from '../../src/operations/encrypt-into.ts';
import type { EncryptionSettings, Services } from '../../src/operations/operation.ts';
import { services } from '../interop/library.ts';
import { recipients } from '../support/real-sops.ts';
import { ciphertextsOf, intoHere, openHere, sealedHere } from './into-bench.ts';
import { linesOnlyIn } from './lines.ts';

const keyOf = (recipient: string) => [{ kind: 'age', recipient }];
const [ada, bob, eve] = [keyOf(recipients[0]), keyOf(recipients[1]), keyOf(recipients[2])];
const [forAda, forBoth] = [[ada], [[...ada, ...bob]]];
const source = 'a: one\nb: two\n';
const wrappedIn = (sealed: string): readonly string[] => [...sealed.matchAll(/enc: (?:\|\s+)?(\S+)/g)].map(([, wrapped = '']) => wrapped);

describe('recipients', () => {
  test('who stay leave the file as it is; who come get the data key, and nothing else changes', async () => {
    const sealed = await sealedHere('yaml', source);
    const keys = (keyGroups: EncryptionSettings['keyGroups'], shamirThreshold = 0): Partial<IntoOptions> => ({
      keys: { keyGroups, shamirThreshold },
    });
    expect((await intoHere('yaml', source, sealed, keys(forAda))).change).toBe('none');
    const more = await intoHere('yaml', source, sealed, keys(forBoth));
    expect(more.change).toBe('keys');
    expect(linesOnlyIn(sealed, more.sealed)).toEqual([]);
    expect(wrappedIn(more.sealed)).toHaveLength(2);
    expect(await openHere('yaml', more.sealed)).toBe(source);
    const changed = await intoHere('yaml', source.replace('one', 'three'), sealed, keys(forBoth));
    expect(changed).toMatchObject({ change: 'values', reused: 1 });
    expect(wrappedIn(changed.sealed)).toHaveLength(2);
    const gone = linesOnlyIn(sealed, changed.sealed).map((line) => line.replace(/:.*/, '').trim());
    expect(gone.filter((key) => key !== 'lastmodified')).toEqual(['a', 'mac']);
  });

  test('who leave know the data key: another is made', async () => {
    const sealed = await sealedHere('yaml', source, { keyGroups: forBoth });
    const next = await intoHere('yaml', source, sealed, { keys: { keyGroups: forAda, shamirThreshold: 0 } });
    expect(next).toMatchObject({ change: 'fresh', because: `it is no longer for ${recipients[1]}`, warnings: [] });
    expect(ciphertextsOf('yaml', next.sealed).filter((one) => sealed.includes(one))).toEqual([]);
    expect(wrappedIn(next.sealed).filter((one) => wrappedIn(sealed).includes(one))).toEqual([]);
    expect(await openHere('yaml', next.sealed)).toBe(source);
  });

  const groups = [ada, bob, eve];

  test('in key groups keep their shares where nobody leaves', async () => {
    const sealed = await sealedHere('yaml', source, { keyGroups: groups, shamirThreshold: 2 });
    const same = { keys: { keyGroups: groups, shamirThreshold: 2 } };
    expect((await intoHere('yaml', source, sealed, same)).sealed).toBe(sealed);
    const grown = [ada, [...bob, ...eve], eve];
    const next = await intoHere('yaml', source, sealed, { keys: { keyGroups: grown, shamirThreshold: 2 } });
    expect(next.change).toBe('keys');
    expect(linesOnlyIn(sealed, next.sealed)).toEqual([]);
    expect(await openHere('yaml', next.sealed)).toBe(source);
  });

  test.each([
    ['fewer', groups.slice(0, 2), 2, /no longer for/],
    ['in one', [groups.flat()], 0, /key groups or their threshold/],
    ['with another threshold', groups, 3, /key groups or their threshold/],
    ['who swap places', [bob, ada, eve], 2, /key groups or their threshold/],
  ])('in key groups, %s, have another data key', async (_, keyGroups, shamirThreshold, because) => {
    const sealed = await sealedHere('yaml', source, { keyGroups: groups, shamirThreshold: 2 });
    const next = await intoHere('yaml', source, sealed, { keys: { keyGroups, shamirThreshold } });
    expect(next.change === 'fresh' ? next.because : next.change).toMatch(because);
    expect(ciphertextsOf('yaml', next.sealed).filter((one) => sealed.includes(one))).toEqual([]);
    expect(await openHere('yaml', next.sealed)).toBe(source);
  });
});

describe('a selection', () => {
  const all = 'a: one\nb: two\nc: three\n';

  test('that changes leaves the ciphertext of what is selected in both', async () => {
    const sealed = await sealedHere('yaml', all, { selection: { by: 'encrypted_regex', pattern: '^[ab]$' } });
    const what = { selection: { by: 'encrypted_regex', pattern: '^[bc]$' }, macOnlyEncrypted: false } as const;
    const next = await intoHere('yaml', all, sealed, { what });
    expect(next).toMatchObject({ change: 'values', reused: 1 });
    expect(next.sealed).toMatch(/^a: one\nb: ENC\[.*\nc: ENC\[.*\n/);
    expect(next.sealed).toContain('encrypted_regex: ^[bc]$');
    expect(await openHere('yaml', next.sealed)).toBe(all);
    expect((await intoHere('yaml', all, next.sealed, { what })).change).toBe('none');
    expect((await intoHere('yaml', all, next.sealed, { what: { ...what, macOnlyEncrypted: true } })).sealed).toContain(
      'mac_only_encrypted: true',
    );
  });
});

describe('an earlier file', () => {
  const nobody: Services = {
    ...services,
    keys: { ...services.keys, unwrap: () => Promise.reject(new SopsError('DATA_KEY_UNRECOVERABLE', 'no')) },
  };

  test.each<[string, (sealed: string) => string, Services, RegExp]>([
    ['that nobody here can open', (sealed) => sealed, nobody, /gives its data key here/],
    ['whose MAC does not fit', (sealed) => sealed.replace(/^clear_unencrypted: .*/m, 'clear_unencrypted: n'), services, /MAC/],
    ['of which a value was moved', (sealed) => sealed.replace(/^a: /m, 'z: '), services, /does not open/],
  ])('%s is succeeded by a fresh one for the same recipients', async (_, spoilt, using, because) => {
    const plain = `${source}clear_unencrypted: y\n`;
    const sealed = spoilt(await sealedHere('yaml', plain, { keyGroups: forBoth }));
    const next = await intoHere('yaml', plain, sealed, { using });
    expect(next.change === 'fresh' ? next.because : next.change).toMatch(because);
    expect(wrappedIn(next.sealed)).toHaveLength(2);
    expect(await openHere('yaml', next.sealed)).toBe(plain);
  });

  test('may be opened by other services than those that write', async () => {
    const sealed = await sealedHere('yaml', source);
    expect((await intoHere('yaml', source, sealed, { opening: nobody })).change).toBe('fresh');
    expect((await intoHere('yaml', source, sealed, { opening: services, using: nobody })).change).toBe('none');
  });

  test.each<[string, string, string]>([
    [source, source, 'METADATA_NOT_FOUND'],
    [source, 'a: [\n', 'MALFORMED_DOCUMENT'],
  ])('that is none is refused', async (plain, previous, code) => {
    await expect(intoHere('yaml', plain, previous)).rejects.toMatchObject({ code });
  });

  test('is no plaintext', async () => {
    const sealed = await sealedHere('yaml', source);
    await expect(intoHere('yaml', sealed, sealed)).rejects.toMatchObject({ code: 'ALREADY_ENCRYPTED' });
    await expect(intoHere('yaml', '', sealed)).rejects.toMatchObject({ code: 'EMPTY_DOCUMENT' });
  });
});
