import { describe, expect, it, vi } from 'vitest';
import { client } from '../../../src/keysources/age/client.ts';
import { ageKey } from '../../../src/keysources/age/recipient.ts';
import { succeed } from '../../peers/run.ts';
import { lacks, needed } from '../../support/peers.ts';
import { testContext } from '../context.ts';

vi.mock('age-encryption', () => {
  throw new Error('the library was loaded');
});

async function keys(...flags: readonly string[]): Promise<{ identity: string; recipient: string }> {
  const identity = await succeed([needed('age-keygen'), ...flags]);
  return { identity, recipient: /age1[a-z0-9]+/.exec(identity)?.[0] ?? '' };
}

/** Loading the library takes longer than all the rest of decrypting a small file. */
describe.skipIf(lacks('age-keygen'))('the age library', () => {
  const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index);

  it('is not loaded for X25519', async () => {
    const { identity, recipient } = await keys();
    const context = testContext({ env: { SOPS_AGE_KEY: identity } });
    const wrapped = await client.wrap(dataKey, ageKey(recipient), context);
    expect(new Uint8Array(await client.unwrap({ masterKey: ageKey(recipient), wrapped }, context))).toEqual(dataKey);
  });

  it('is loaded for a hybrid recipient', async () => {
    const { recipient } = await keys('-pq');
    const loading = client.wrap(dataKey, ageKey(recipient), testContext());
    await expect(loading).rejects.toMatchObject({ cause: { message: 'the library was loaded' } });
  });
});
