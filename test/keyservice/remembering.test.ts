// What a run on many files asks of key services, and how often.
import { beforeEach, describe, expect, it } from 'vitest';
import { SopsError } from '../../src/errors.ts';
import type { KeyService } from '../../src/keyservice/keyservice.ts';
import { type RememberingKeyService, rememberingKeyService } from '../../src/keyservice/remembering.ts';

let asked: string[] = [];
let keys: RememberingKeyService;

/** Unwraps what says `good`, and counts what it is asked. */
const service: KeyService = {
  wrap: async () => Promise.resolve('wrapped'),
  unwrap: async ({ wrapped }) => {
    asked.push(wrapped);
    await Promise.resolve();
    if (!wrapped.startsWith('good')) throw new SopsError('DATA_KEY_UNRECOVERABLE', `no: ${wrapped}`);
    return new Uint8Array(32).fill(wrapped.length);
  },
};
const unwrap = async (kind: string, wrapped: string): Promise<Uint8Array | string> =>
  keys.unwrap({ masterKey: { kind }, wrapped }).catch((error: unknown) => (error instanceof Error ? error.message : ''));

beforeEach(() => {
  asked = [];
  keys = rememberingKeyService(service);
});

describe('a remembering key service', () => {
  it('asks once for each wrapped key of each master key, and gives out copies', async () => {
    const first = await unwrap('one', 'good 1');
    if (first instanceof Uint8Array) first.fill(0);
    expect(await unwrap('one', 'good 1')).toEqual(new Uint8Array(32).fill(6));
    await unwrap('one', 'good 22');
    await unwrap('two', 'good 1');
    expect(asked).toEqual(['good 1', 'good 22', 'good 1']);
    keys.forget();
    await unwrap('one', 'good 1');
    expect(asked).toHaveLength(4);
  });

  it('gives up a master key that failed three times and never opened anything, and no other', async () => {
    for (const wrapped of ['bad 1', 'bad 2', 'bad 3', 'bad 4', 'good']) await unwrap('one', wrapped);
    expect(asked).toEqual(['bad 1', 'bad 2', 'bad 3']);
    expect(await unwrap('one', 'bad 5')).toBe('no: bad 3');
    for (const wrapped of ['bad 1', 'good', 'bad 2', 'bad 3', 'bad 4', 'good 2']) await unwrap('two', wrapped);
    expect(asked.slice(3)).toEqual(['bad 1', 'good', 'bad 2', 'bad 3', 'bad 4', 'good 2']);
  });

  it('passes on what else a key service can', async () => {
    expect(await keys.wrap(new Uint8Array(32), { kind: 'one' })).toBe('wrapped');
    expect(Object.keys(keys).toSorted()).toEqual(['forget', 'unwrap', 'wrap']);
  });
});
