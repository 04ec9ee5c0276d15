// What the program gpg does for us: its agent and the program that asks for passphrases, and the keys that it refuses.
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/pgp/client.ts';
import { pgpKey } from '../../../src/keysources/pgp/fingerprint.ts';
import { pgp } from '../../../src/keysources/pgp/index.ts';
import type { Context } from '../../../src/ports.ts';
import { createNodeContext } from '../../../src/node/index.ts';
import { type GpgHome, openGpgHome } from '../../peers/gpg.ts';
import { run } from '../../peers/run.ts';
import { lacks, needed } from '../../support/peers.ts';
import { testContext } from '../context.ts';
import { encryptWithSops, interchanges } from '../sops-file.ts';

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index * 8);
const passphrase = 'open sesame';

/** A program that answers a question for a passphrase with a line of its protocol, and notes that it was asked. */
const answering = (line: string): string =>
  `echo OK ready\nwhile read -r word rest; do case "$word" in GETPIN) echo asked >> "$GNUPGHOME/asked"; ${line};; BYE) echo OK; exit;; *) echo OK;; esac; done`;

describe.skipIf(lacks('gpg'))('gpg', () => {
  let home: GpgHome;
  beforeAll(async () => {
    home = await openGpgHome(needed('gpg'));
  });
  afterAll(async () => home.close());
  const context = (env: Readonly<Record<string, string>> = {}): Context => testContext({ env: { ...home.env, ...env } });
  const wrap = async (fingerprint: string): Promise<string> => client.wrap(dataKey, pgpKey(fingerprint), context());
  const unwrap = async (wrapped: string, fingerprint = ''): Promise<Uint8Array> =>
    new Uint8Array(await client.unwrap({ masterKey: pgpKey(fingerprint), wrapped }, context()));

  describe('asks for a passphrase over its agent', () => {
    let fingerprint = '';
    let wrapped = '';
    beforeAll(async () => {
      [fingerprint = ''] = await home.generate({ name: 'locked', algorithms: ['ed25519', 'cv25519'], passphrase });
      wrapped = await wrap(fingerprint);
    });
    const asked = async (): Promise<number> => (await readFile(join(home.path, 'asked'), 'utf8').catch(() => '')).split('\n').length - 1;

    it('once for all', async () => {
      await home.pinentry(answering(`echo "D ${passphrase}"; echo OK`));
      const before = await asked();
      for (const _ of [1, 2, 3]) expect(await unwrap(wrapped)).toEqual(dataKey);
      expect(await asked()).toBe(before + 1);
    });
    it('but not where nobody may be asked', async () => {
      await home.pinentry(answering(`echo "D ${passphrase}"; echo OK`));
      const before = await asked();
      const alone: Context = { ...context(), unattended: true };
      await expect(client.unwrap({ masterKey: pgpKey(fingerprint), wrapped }, alone)).rejects.toThrow(/gpg: /);
      expect(await asked()).toBe(before);
    });
    it.skipIf(lacks('sops'))('as for real sops, to which we are equal then', async () => {
      await home.pinentry(answering(`echo "D ${passphrase}"; echo OK`));
      const file = await encryptWithSops('pgp', ['--pgp', fingerprint], home.env);
      expect(await interchanges(pgp, file, context())).toBe(true);
    });
    it.each([
      ['cancelled', `echo "ERR 83886179 Operation cancelled <Pinentry>"`, /gpg: .*Operation cancelled.*; the passphrase was not given/],
      ['wrong', 'echo "D open barley"; echo OK', /gpg: .*Bad passphrase.*; the passphrase is wrong/],
    ])('and says that the answer was %s', async (_what, line, message) => {
      await home.pinentry(answering(line));
      const error: unknown = await unwrap(wrapped).catch((reason: unknown) => reason);
      expect(String(error)).toMatch(message);
      expect(String(error)).not.toContain('barley');
    });
    it('and says that there is nothing to ask with', async () => {
      await writeFile(join(home.path, 'gpg-agent.conf'), 'pinentry-program /nowhere/pinentry\n');
      await run(['gpgconf', '--homedir', home.path, '--kill', 'gpg-agent'], { env: home.env });
      await expect(unwrap(wrapped)).rejects.toThrow(/gpg: .*No pinentry.*; install a pinentry program/);
    });
    it('and is ended when its answer is no longer wanted', async () => {
      await home.pinentry(answering('sleep 20'));
      const start = Date.now();
      const real = { ...createNodeContext(), env: home.env };
      const unwrapping = client.unwrap({ masterKey: pgpKey(fingerprint), wrapped }, real, AbortSignal.timeout(300));
      await expect(unwrapping).rejects.toThrow(/given up/);
      expect(Date.now() - start).toBeLessThan(6_000);
    });
  });

  describe('refuses a key', () => {
    const make = async (name: string): Promise<readonly [key: string, subkey: string]> => {
      const [key = '', subkey = ''] = await home.generate({ name, algorithms: ['ed25519', 'cv25519'] });
      return [key, subkey];
    };
    const expire = async (fingerprint: string, ...subkeys: readonly string[]): Promise<void> => {
      await home.gpg('--passphrase', '', '--quick-set-expire', fingerprint, 'seconds=1', ...subkeys);
      await new Promise((resolve) => setTimeout(resolve, 2100));
    };
    /** Why gpg does not encrypt for a key, and why we do not with the key itself. */
    const refusals = async (fingerprint: string): Promise<readonly (string | undefined)[]> => {
      const key = await home.gpg('--armor', '--export', fingerprint.replace('!', ''));
      const given = testContext({ env: { SOPS_PGP_KEY: key, SOPS_GPG_EXEC: 'no-such-gpg' } });
      const byGpg: unknown = await wrap(fingerprint).catch((error: unknown) => error);
      const byKey: unknown = await client.wrap(dataKey, pgpKey(fingerprint), given).catch((error: unknown) => error);
      return [/; gpg: (.*) \(gpg: .*\)$/.exec(String(byGpg))?.[1], /': openpgp: (.*); gpg: /.exec(String(byKey))?.[1]];
    };
    const both = (reason: string | RegExp): readonly unknown[] => [expect.stringMatching(reason), expect.stringMatching(reason)];

    it('that expired, and says when', async () => {
      const [key] = await make('expired');
      const wrapped = await wrap(key);
      await expire(key);
      expect(await refusals(key)).toEqual(both(/^the key expired on \d{4}-\d\d-\d\d$/));
      expect(await unwrap(wrapped)).toEqual(dataKey);
    });
    it('that was revoked', async () => {
      const [key] = await make('revoked');
      const wrapped = await wrap(key);
      await home.revoke(key);
      expect(await refusals(key)).toEqual(both(/the key is revoked/));
      expect(await unwrap(wrapped)).toEqual(dataKey);
    });
    it('whose subkey expired', async () => {
      const [key, subkey] = await make('subkey expired');
      await expire(key, '*');
      expect(await refusals(key)).toEqual(both(`^its subkey '${subkey}' expired on `));
      expect(await refusals(`${subkey}!`)).toEqual(both(/^this subkey expired on /));
    });
    it('whose subkey was revoked', async () => {
      const [key, subkey] = await make('subkey revoked');
      await home.revoke(key, 1);
      expect(await refusals(key)).toEqual(both(`its subkey '${subkey}' is revoked`));
      expect(await refusals(`${subkey}!`)).toEqual(both(/this subkey is revoked/));
    });
    it('that is not for encryption', async () => {
      await home.gpg('--passphrase', '', '--quick-generate-key', 'signs', 'ed25519', 'cert,sign', 'never');
      const [key = ''] = await home.fingerprints('signs');
      expect(await refusals(key)).toEqual(both(/no part of the key is for encryption: add a subkey that is/));
      const [signing] = await make('signs and encrypts');
      expect(await refusals(`${signing}!`)).toEqual(both(/this part of the key is not for encryption/));
    });
    it('that it does not know, and says what to do', async () => {
      await expect(wrap('A'.repeat(40))).rejects.toThrow(
        /gpg: .*No public key; import the key with `gpg --import` or `gpg --receive-keys`/,
      );
    });
  });

  describe('is told the key', () => {
    let key = '';
    let subkey = '';
    beforeAll(async () => {
      [key = '', subkey = ''] = await home.generate({ name: 'many-names', algorithms: ['ed25519', 'cv25519'] });
    });

    it.skipIf(lacks('sops')).each<[string, () => string]>([
      ['its fingerprint', () => key],
      ['its fingerprint with spaces', () => key.replaceAll(/.{4}/g, '$& ')],
      ['its fingerprint in lower case', () => key.toLowerCase()],
      ['its fingerprint behind 0x', () => `0x${key}`],
      ['its long ID', () => key.slice(-16)],
      ['its long ID behind 0x', () => `0x${key.slice(-16)}`],
      ['its short ID', () => key.slice(-8)],
      ['the fingerprint of its subkey', () => subkey],
      ['the fingerprint of its very subkey', () => `${subkey}!`],
      ['its user', () => 'many-names'],
      ['the end of its fingerprint', () => key.slice(-30)],
      ['an option', () => '--output=/dev/null'],
      ['nothing', () => ' '],
    ])('by %s as by real sops', async (_what, name) => {
      const theirs = await encryptWithSops('pgp', ['--pgp', name()], home.env).then(
        (file) => file,
        () => undefined,
      );
      const [masterKey] = pgp.parse(name(), {});
      const ours = masterKey === undefined ? undefined : await client.wrap(dataKey, pgpKey(name()), context()).catch(() => undefined);
      expect(ours === undefined).toBe(theirs === undefined);
      if (theirs === undefined) return;
      expect(theirs.entries[0]).toMatchObject(pgp.toFields(pgpKey(name())));
      expect(await interchanges(pgp, theirs, context())).toBe(true);
    });
  });

  it.skipIf(lacks('sops'))('encrypts for several keys, each of which opens, as with real sops', async () => {
    const [first = ''] = await home.generate({ name: 'several-1', algorithms: ['ed25519', 'cv25519'] });
    const [second = ''] = await home.generate({ name: 'several-2', algorithms: ['rsa2048', 'rsa2048'] });
    const file = await encryptWithSops('pgp', ['--pgp', `${first},${second}`], home.env);
    expect(file.entries).toHaveLength(2);
    expect(await interchanges(pgp, file, context())).toBe(true);
    for (const entry of file.entries) expect(await file.opensWith([entry])).toBe(true);
  });

  it('is the program that SOPS_GPG_EXEC names, in the home that GNUPGHOME names, with the options of real sops', async () => {
    const [key = ''] = await home.generate({ name: 'program', algorithms: ['ed25519', 'cv25519'] });
    const program = join(home.path, 'my gpg');
    await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$GNUPGHOME" "$@" >> "${home.path}/calls"\nexec gpg "$@"\n`);
    await chmod(program, 0o755);
    const mine = context({ SOPS_GPG_EXEC: program });
    const wrapped = await client.wrap(dataKey, pgpKey(key), mine);
    await client.unwrap({ masterKey: pgpKey(key), wrapped }, mine);
    const ours = await readFile(join(home.path, 'calls'), 'utf8');
    const sealing = ['--no-default-recipient', '--yes', '--encrypt', '-a', '-r', key, '--trusted-key', key.slice(-16), '--no-encrypt-to'];
    expect(ours.trim().split('\n')).toEqual([home.path, ...sealing, home.path, '--max-output', '65536', '-d']);
  });

  it('does not open a message that was made to grow', async () => {
    const [key = ''] = await home.generate({ name: 'bombed', algorithms: ['ed25519', 'cv25519'] });
    const plain = join(home.path, 'zeros');
    await writeFile(plain, new Uint8Array(100_000_000));
    const bomb = await home.gpg('--compress-algo', 'bzip2', '--recipient', key, '--armor', '--output', '-', '--encrypt', plain);
    expect(bomb.length).toBeLessThan(2_000);
    await expect(unwrap(bomb)).rejects.toThrow(/gpg: .*exceeded --max-output limit/);
  });

  it('says that the wrapped data key is no message, and that no private key opens one', async () => {
    await expect(unwrap('nothing')).rejects.toThrow(/gpg: .*no valid OpenPGP data found/);
    const stranger = await openGpgHome(needed('gpg'));
    const [key = ''] = await stranger.generate({ name: 'stranger', algorithms: ['ed25519', 'cv25519'] });
    const wrapped = await client.wrap(dataKey, pgpKey(key), testContext({ env: stranger.env }));
    await stranger.close();
    await expect(unwrap(wrapped)).rejects.toThrow(/gpg: .*No secret key; none of your private keys opens it/);
  });
});
