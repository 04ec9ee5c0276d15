import { describe, expect, test } from 'vitest';
import { SopsError } from '../../src/errors.ts';
import type { KeyService } from '../../src/keyservice/keyservice.ts';
import { severalKeyServices } from '../../src/keyservice/several.ts';

const masterKey = { kind: 'age' };
const wrapped = { masterKey, wrapped: 'w' };
const dataKey = new Uint8Array(32);
const asked: string[] = [];

/** A key service that notes that it was asked, and then can or cannot. */
const service = (name: string, can: boolean): KeyService => {
  const attempt = async <T>(answer: T): Promise<T> => {
    asked.push(name);
    if (!can) throw new SopsError('DATA_KEY_UNRECOVERABLE', `${name} cannot`);
    return answer;
  };
  return { wrap: async () => attempt(name), unwrap: async () => attempt(dataKey) };
};
const several = (...services: readonly KeyService[]): KeyService => {
  asked.length = 0;
  return severalKeyServices(services);
};

describe('several key services', () => {
  test('are asked in turn until one can', async () => {
    expect(await several(service('one', false), service('two', true), service('three', true)).wrap(dataKey, masterKey)).toBe('two');
    expect(asked).toEqual(['one', 'two']);
    expect(await several(service('one', true), service('two', true)).unwrap(wrapped)).toBe(dataKey);
    expect(asked).toEqual(['one']);
  });

  test('say all that they said where none can', async () => {
    const none = several(service('one', false), several(service('two', false), service('three', false)));
    const failures = ['one cannot', 'two cannot', 'three cannot'];
    await expect(none.unwrap(wrapped)).rejects.toMatchObject({
      code: 'DATA_KEY_UNRECOVERABLE',
      message: 'one cannot; two cannot; three cannot',
      details: { failures },
    });
    await expect(none.wrap(dataKey, masterKey)).rejects.toMatchObject({ code: 'DATA_KEY_UNWRAPPABLE', details: { failures } });
  });

  test('are not asked any more once the answer is not wanted', async () => {
    const abort = new AbortController();
    const first: KeyService = {
      ...service('one', false),
      unwrap: async () => {
        abort.abort();
        throw new SopsError('CANCELLED', 'stopped');
      },
    };
    await expect(several(first, service('two', true)).unwrap(wrapped, abort.signal)).rejects.toThrow('stopped');
    expect(asked).toEqual([]);
  });

  test('rewrap and complete where one of them can', async () => {
    expect(await several(service('one', true), service('two', true)).rewrap?.(wrapped)).toBeUndefined();
    expect(await several(service('one', true), service('two', true)).complete?.(masterKey)).toBe(masterKey);
    const able: KeyService = { ...service('two', true), rewrap: async () => 'new', complete: async () => ({ kind: 'full' }) };
    const unable: KeyService = { ...service('one', true), complete: async () => Promise.reject(new Error('no')) };
    expect(await several(unable, able).rewrap?.(wrapped)).toBe('new');
    expect(await several(unable, able).complete?.(masterKey)).toEqual({ kind: 'full' });
  });

  test('that are none say what to do', async () => {
    await expect(several().unwrap(wrapped)).rejects.toThrow('there is no key service to ask: name one with --keyservice');
  });
});
