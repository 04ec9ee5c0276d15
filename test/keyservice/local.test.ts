import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { age } from '../../src/keysources/age/index.ts';
import { keySources } from '../../src/keysources/index.ts';
import { defineKeySource } from '../../src/keysources/keysource.ts';
import { localKeyService } from '../../src/keyservice/local.ts';
import type { MasterKey } from '../../src/metadata/metadata.ts';
import { testContext } from '../keysources/context.ts';

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index);

describe('the local key service', () => {
  it('asks the source of a master key', async () => {
    const identity = await generateX25519Identity();
    const service = localKeyService(keySources, testContext({ env: { SOPS_AGE_KEY: identity } }));
    const [masterKey = { kind: 'none' }] = age.parse(await identityToRecipient(identity), {});
    const wrapped = await service.wrap(dataKey, masterKey);
    expect(new Uint8Array(await service.unwrap({ masterKey, wrapped }))).toEqual(dataKey);
  });

  it('loads a client only when it is asked for', async () => {
    const loaded: string[] = [];
    const watched = keySources.map((source) =>
      defineKeySource({
        ...source,
        load: async () => {
          loaded.push(source.kind);
          return source.load();
        },
      }),
    );
    const service = localKeyService(watched, testContext());
    expect(loaded).toEqual([]);
    await expect(service.unwrap({ masterKey: { kind: 'hckms' }, wrapped: '' })).rejects.toThrow('HuaweiCloud KMS');
    expect(loaded).toEqual(['hckms']);
  });

  it('takes any source that is put in the list', async () => {
    const rot13 = defineKeySource<MasterKey>({
      ...age,
      kind: 'reversed',
      load: async () => ({
        wrap: async (key) => Buffer.from(key.toReversed()).toString('hex'),
        unwrap: async ({ wrapped }) => new Uint8Array(Buffer.from(wrapped, 'hex')).toReversed(),
      }),
    });
    const service = localKeyService([...keySources, rot13], testContext());
    const masterKey = { kind: 'reversed' };
    expect(await service.unwrap({ masterKey, wrapped: await service.wrap(dataKey, masterKey) })).toEqual(dataKey);
  });

  it('says which kind it does not know', async () => {
    await expect(localKeyService(keySources, testContext()).wrap(dataKey, { kind: 'carrier-pigeon' })).rejects.toThrow("'carrier-pigeon'");
  });
});
