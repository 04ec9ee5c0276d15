import { describe, expect, it, vi } from 'vitest';
import { client } from '../../../src/keysources/age/client.ts';
import { ageKey } from '../../../src/keysources/age/recipient.ts';
import { succeed } from '../../peers/run.ts';
import { lacks, needed } from '../../support/peers.ts';
import { testContext } from '../context.ts';

vi.mock('age-encryption', () => {
  throw new Error('the library was loaded');
});
vi.mock('../../../src/keysources/age/plugin.node.ts', () => {
  throw new Error('plugins were loaded');
});
vi.mock('../../../src/keysources/age/ssh-wire.ts', () => {
  throw new Error('SSH was loaded');
});
vi.mock('../../../src/keysources/age/scrypt.node.ts', () => {
  throw new Error('passphrases were loaded');
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

  it('nor is anything for plugins, SSH and passphrases, though they are set up', async () => {
    const { identity, recipient } = await keys();
    const env = {
      SOPS_AGE_KEY: `AGE-PLUGIN-TEST-1ZYTP7PQDXGAJQ2FW2AWY2JNN0QY8DFLA\n${identity}`,
      SOPS_AGE_SSH_PRIVATE_KEY_FILE: '/etc/passwd',
      SOPS_AGE_SSH_PRIVATE_KEY_CMD: 'false',
    };
    const context = testContext({ env, home: '/nowhere' });
    const wrapped = await client.wrap(dataKey, ageKey(recipient), context);
    expect(new Uint8Array(await client.unwrap({ masterKey: ageKey(recipient), wrapped }, context))).toEqual(dataKey);
    const plugin = client.wrap(dataKey, ageKey('age1test1zytp7pqdxgajq2fw2awy2jnn0qhyw00j'), context);
    await expect(plugin).rejects.toMatchObject({ cause: { message: 'plugins were loaded' } });
  });

  it('is loaded for a hybrid recipient', async () => {
    const { recipient } = await keys('-pq');
    const loading = client.wrap(dataKey, ageKey(recipient), testContext());
    await expect(loading).rejects.toMatchObject({ cause: { message: 'the library was loaded' } });
  });
});
