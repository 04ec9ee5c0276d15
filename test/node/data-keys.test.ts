// Data keys in memory: how long, how many, and that what is forgotten is overwritten.
import { describe, expect, it } from 'vitest';
import { readAnswer, readRequest, writeAnswer, writeRequest } from '../../src/node/data-keys/messages.ts';
import { DataKeyStore } from '../../src/node/data-keys/store.ts';

const id = (n: number): Uint8Array => {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(0, n);
  return bytes;
};
const key = (n: number): Uint8Array => new Uint8Array(32).fill(n);

describe('a store of data keys', () => {
  it('forgets a key so long after its last use, and overwrites it', () => {
    let now = 0;
    const store = new DataKeyStore(1000, () => now);
    const kept = key(7);
    store.answer({ verb: 'keep', ids: [id(1), id(2)], key: kept });
    now = 900;
    expect(store.answer({ verb: 'find', ids: [id(9), id(2)] })).toEqual({ found: 'key', key: key(7) });
    now = 1800;
    expect(store.answer({ verb: 'find', ids: [id(1)] })).toEqual({ found: 'key', key: key(7) });
    expect(store.forget()).toBe(2800);
    now = 2800;
    expect(store.answer({ verb: 'find', ids: [id(1), id(2)] })).toEqual({ found: 'nothing' });
    expect(kept).toEqual(key(0));
    expect(store.forget()).toBeUndefined();
  });

  it('overwrites a key in whose place another comes, once nothing goes by it', () => {
    const store = new DataKeyStore(1000, () => 0);
    const kept = key(7);
    store.answer({ verb: 'keep', ids: [id(1), id(2)], key: kept });
    store.answer({ verb: 'keep', ids: [id(1)], key: key(8) });
    expect(store.answer({ verb: 'find', ids: [id(2)] })).toEqual({ found: 'key', key: key(7) });
    store.answer({ verb: 'refuse', ids: [id(2)] });
    expect(kept).toEqual(key(0));
  });

  it('forgets everything at once', () => {
    const store = new DataKeyStore(1000, () => 0);
    const kept = [key(1), key(2)];
    for (const [n, one] of kept.entries()) store.answer({ verb: 'keep', ids: [id(n)], key: one });
    expect(store.answer({ verb: 'count' })).toEqual({ found: 'count', count: 2 });
    expect(store.forget(true)).toBeUndefined();
    expect(kept).toEqual([key(0), key(0)]);
  });

  it('remembers for a minute that a file did not open, unless a key comes', () => {
    let now = 0;
    const store = new DataKeyStore(900_000, () => now);
    store.answer({ verb: 'refuse', ids: [id(1)] });
    expect(store.answer({ verb: 'find', ids: [id(1), id(2)] })).toEqual({ found: 'refusal' });
    store.answer({ verb: 'keep', ids: [id(2)], key: key(1) });
    expect(store.answer({ verb: 'find', ids: [id(1), id(2)] })).toEqual({ found: 'key', key: key(1) });
    now = 60_000;
    expect(store.answer({ verb: 'find', ids: [id(1)] })).toEqual({ found: 'nothing' });
  });

  it('has room for so many, and lets the oldest go', () => {
    const store = new DataKeyStore(1000, () => 0);
    const first = key(1);
    store.answer({ verb: 'keep', ids: [id(0)], key: first });
    for (let n = 1; n < 4200; n++) store.answer({ verb: 'keep', ids: [id(n)], key: key(1) });
    expect(first).toEqual(key(0));
    expect(store.answer({ verb: 'count' })).toEqual({ found: 'count', count: 4096 });
    expect(store.answer({ verb: 'find', ids: [id(103)] })).toEqual({ found: 'nothing' });
    expect(store.answer({ verb: 'find', ids: [id(104)] })).toMatchObject({ found: 'key' });
  });
});

describe('messages about data keys', () => {
  it.each([
    { verb: 'find', ids: [id(1), id(2)] } as const,
    { verb: 'refuse', ids: [] } as const,
    { verb: 'keep', ids: [id(3)], key: key(9) } as const,
    { verb: 'count' } as const,
    { verb: 'stop' } as const,
  ])('are read as they were written: $verb', (request) => {
    const bytes = writeRequest(request);
    expect(readRequest(bytes)).toEqual(request);
    for (let length = 0; length < bytes.length; length++) expect(readRequest(bytes.subarray(0, length))).toBeUndefined();
  });

  it('are copies: what is read outlives what it was read from', () => {
    const bytes = Buffer.from(writeRequest({ verb: 'keep', ids: [id(3)], key: key(9) }));
    const read = readRequest(bytes);
    bytes.fill(0);
    expect(read).toEqual({ verb: 'keep', ids: [id(3)], key: key(9) });
    for (const answer of [
      { found: 'key', key: key(5) },
      { found: 'count', count: 70_000 },
      { found: 'nothing' },
      { found: 'refusal' },
    ] as const) {
      const written = Buffer.from(writeAnswer(answer));
      const told = readAnswer(written);
      written.fill(0);
      expect(told).toEqual(answer);
    }
  });

  it('name no more IDs than there is room for', () => {
    const request = readRequest(writeRequest({ verb: 'find', ids: Array.from({ length: 300 }, (_, n) => id(n)) }));
    expect(request !== undefined && 'ids' in request ? request.ids.length : 0).toBe(255);
  });
});
