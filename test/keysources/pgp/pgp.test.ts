import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pgp } from '../../../src/keysources/pgp/index.ts';
import { client } from '../../../src/keysources/pgp/client.ts';
import { pgpKey } from '../../../src/keysources/pgp/fingerprint.ts';
import type { Context } from '../../../src/ports.ts';
import { type GpgHome, openGpgHome } from '../../peers/gpg.ts';
import { lacks, needed } from '../../support/peers.ts';
import { testContext } from '../context.ts';
import { encryptWithSops, interchanges } from '../sops-file.ts';

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);
/** No program gpg: what works here works on the keys given. */
const withoutGpg = { SOPS_GPG_EXEC: 'no-such-gpg' };

describe.skipIf(lacks('gpg'))('PGP', () => {
  let home: GpgHome;
  let empty: GpgHome;
  let withGpg: Context;
  beforeAll(async () => {
    home = await openGpgHome(needed('gpg'));
    empty = await openGpgHome(needed('gpg'));
    withGpg = testContext({ env: home.env });
  });
  afterAll(async () => {
    await home.close();
    await empty.close();
  });
  const secretKey = async (name: string, ...options: readonly string[]): Promise<string> =>
    home.gpg(...options, '--armor', '--export-secret-keys', name);

  describe.each([
    ['RSA', ['rsa2048', 'rsa2048']],
    ['Curve25519', ['ed25519', 'cv25519']],
    ['NIST P-256', ['nistp256', 'nistp256']],
  ] as const)('with a key of %s', (name, algorithms) => {
    let fingerprints: readonly string[] = [];
    let given: Context;
    beforeAll(async () => {
      fingerprints = await home.generate({ name, algorithms });
      given = testContext({ env: { ...withoutGpg, SOPS_PGP_KEY: await secretKey(name) } });
    });

    it('wraps and unwraps with gpg', async () => {
      const masterKey = pgpKey(fingerprints[0] ?? '');
      const wrapped = await client.wrap(dataKey, masterKey, withGpg);
      expect(new Uint8Array(await client.unwrap({ masterKey, wrapped }, withGpg))).toEqual(dataKey);
    });

    it.each([
      ['key', 0, ''],
      ['subkey', 1, ''],
      ['very subkey', 1, '!'],
    ])('unwraps with gpg what it wraps for a given %s, and the other way', async (_what, index, suffix) => {
      const masterKey = pgpKey(`${fingerprints[index] ?? ''}${suffix}`);
      const ours = await client.wrap(dataKey, masterKey, given);
      expect(new Uint8Array(await client.unwrap({ masterKey, wrapped: ours }, withGpg))).toEqual(dataKey);
      const theirs = await client.wrap(dataKey, masterKey, withGpg);
      expect(new Uint8Array(await client.unwrap({ masterKey, wrapped: theirs }, given))).toEqual(dataKey);
    });

    it.skipIf(lacks('sops'))('interchanges with real sops', async () => {
      const file = await encryptWithSops('pgp', ['--pgp', fingerprints[0] ?? ''], home.env);
      expect(await interchanges(pgp, file, withGpg)).toBe(true);
      expect(await interchanges(pgp, file, given)).toBe(true);
    });
  });

  describe('with a passphrase', () => {
    let masterKey = pgpKey('');
    let wrapped = '';
    let key = '';
    beforeAll(async () => {
      const [fingerprint = ''] = await home.generate({ name: 'locked', algorithms: ['ed25519', 'cv25519'], passphrase: 'open sesame' });
      masterKey = pgpKey(fingerprint);
      wrapped = await client.wrap(dataKey, masterKey, withGpg);
      key = await secretKey('locked', '--passphrase', 'open sesame');
    });
    const unwrap = async (env: Readonly<Record<string, string>>): Promise<Uint8Array> =>
      new Uint8Array(await client.unwrap({ masterKey, wrapped }, testContext({ env: { ...withoutGpg, SOPS_PGP_KEY: key, ...env } })));

    it('takes it from a variable', async () => {
      expect(await unwrap({ SOPS_PGP_PASSPHRASE: 'open sesame' })).toEqual(dataKey);
    });
    it('takes it from the first line of a file', async () => {
      const path = join(home.path, 'passphrase');
      await writeFile(path, 'open sesame\n');
      expect(await unwrap({ SOPS_PGP_PASSPHRASE_FILE: path })).toEqual(dataKey);
    });
    it('says what to set where there is none', async () => {
      await expect(unwrap({})).rejects.toThrow('set SOPS_PGP_PASSPHRASE or SOPS_PGP_PASSPHRASE_FILE');
    });
    it('keeps a wrong one to itself', async () => {
      const error: unknown = await unwrap({ SOPS_PGP_PASSPHRASE: 'open barley' }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'DATA_KEY_UNRECOVERABLE' });
      expect(String(error)).toContain('passphrase');
      expect(String(error)).not.toContain('barley');
    });
  });

  describe('with keys in files', () => {
    it('reads several files, armored and binary, and finds the key in any of them', async () => {
      const [first = ''] = await home.generate({ name: 'first', algorithms: ['ed25519', 'cv25519'] });
      const [second = ''] = await home.generate({ name: 'second', algorithms: ['ed25519', 'cv25519'] });
      const [armored, binary, twice] = [join(home.path, 'a.asc'), join(home.path, 'b.gpg'), join(home.path, 'c.asc')];
      await home.gpg('--armor', '--output', armored, '--export', first);
      await home.gpg('--output', binary, '--export-secret-keys', second);
      await writeFile(twice, `${await secretKey(first)}\n${await secretKey(second)}`);
      const context = testContext({ env: { ...withoutGpg, SOPS_PGP_KEY_FILE: [armored, binary].join(delimiter) } });
      const both = testContext({ env: { ...withoutGpg, SOPS_PGP_KEY_FILE: twice } });
      for (const fingerprint of [first, second, second.toLowerCase(), second.slice(-16), `0x${second}`]) {
        const wrapped = await client.wrap(dataKey, pgpKey(fingerprint), context);
        expect(new Uint8Array(await client.unwrap({ masterKey: pgpKey(fingerprint), wrapped }, both))).toEqual(dataKey);
      }
    });
    it('names a file that is not there', async () => {
      const context = testContext({ env: { ...withoutGpg, SOPS_PGP_KEY_FILE: '/nowhere/key.asc' } });
      await expect(client.wrap(dataKey, pgpKey('0'.repeat(40)), context)).rejects.toThrow(
        "SOPS_PGP_KEY_FILE '/nowhere/key.asc' does not exist",
      );
    });
  });

  it('unwraps with subkeys alone, the key itself kept offline', async () => {
    const [fingerprint = ''] = await home.generate({ name: 'offline', algorithms: ['ed25519', 'cv25519'] });
    const masterKey = pgpKey(fingerprint);
    const key = await home.gpg('--armor', '--export-secret-subkeys', 'offline');
    const wrapped = await client.wrap(dataKey, masterKey, withGpg);
    const context = testContext({ env: { ...withoutGpg, SOPS_PGP_KEY: key } });
    expect(new Uint8Array(await client.unwrap({ masterKey, wrapped }, context))).toEqual(dataKey);
  });

  it('unwraps with a key that has expired since, but does not wrap for it', async () => {
    const [fingerprint = ''] = await home.generate({ name: 'expired', algorithms: ['ed25519', 'cv25519'] });
    const masterKey = pgpKey(fingerprint);
    const wrapped = await client.wrap(dataKey, masterKey, withGpg);
    await home.gpg('--passphrase', '', '--quick-set-expire', fingerprint, 'seconds=1');
    await home.gpg('--passphrase', '', '--quick-set-expire', fingerprint, 'seconds=1', '*');
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const context = testContext({ env: { ...withoutGpg, SOPS_PGP_KEY: await secretKey('expired') } });
    expect(new Uint8Array(await client.unwrap({ masterKey, wrapped }, context))).toEqual(dataKey);
    await expect(client.wrap(dataKey, masterKey, context)).rejects.toMatchObject({ code: 'DATA_KEY_UNWRAPPABLE' });
  });

  it('says what both ways said where neither works', async () => {
    const fingerprint = 'F'.repeat(40);
    const context = testContext({ env: empty.env });
    const wrapping = client.wrap(dataKey, pgpKey(fingerprint), context);
    await expect(wrapping).rejects.toMatchObject({ code: 'DATA_KEY_UNWRAPPABLE' });
    await expect(wrapping).rejects.toThrow(
      /^cannot wrap for PGP key 'F+': openpgp: neither SOPS_PGP_KEY nor SOPS_PGP_KEY_FILE is set; gpg: .*No public key/,
    );
    const missing = client.wrap(dataKey, pgpKey(fingerprint), testContext({ env: withoutGpg }));
    await expect(missing).rejects.toThrow("gpg: 'no-such-gpg' cannot be started");
  });
});
