import { type GpgHome, openGpgHome } from './gpg.ts';
import type { KeyPeer } from './key-peer.ts';
import { needed } from '../support/peers.ts';

/** Keyrings of gpg: one with two keys, one with the second alone, one with none. */
export interface Pgp extends KeyPeer {
  readonly home: GpgHome;
}

/** Makes the keyrings. */
export async function startPgp(): Promise<Pgp> {
  const [home, otherHome, empty] = await Promise.all([1, 2, 3].map(async () => openGpgHome(needed('gpg'))));
  if (home === undefined || otherHome === undefined || empty === undefined) throw new Error('no keyrings');
  const [key = ''] = await home.generate({ name: 'first', algorithms: ['rsa2048', 'rsa2048'] });
  const [other = ''] = await home.generate({ name: 'second', algorithms: ['ed25519', 'cv25519'] });
  await otherHome.importKeys(await home.gpg('--armor', '--export-secret-keys', other));
  await otherHome.importKeys(await home.gpg('--armor', '--export', key));
  return {
    kind: 'pgp',
    flag: '--pgp',
    key,
    other,
    env: home.env,
    denied: empty.env,
    down: { ...home.env, SOPS_GPG_EXEC: 'no-such-gpg' },
    onlyOther: otherHome.env,
    home,
    close: async () => {
      await Promise.all([home, otherHome, empty].map(async (each) => each.close()));
    },
  };
}
