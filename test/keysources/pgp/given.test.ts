// Keys beside gpg: given by the environment, or in the keyrings of an old gpg; no program gpg is there.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessage, encrypt, enums, readKey } from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/pgp/client.ts';
import { pgpKey } from '../../../src/keysources/pgp/fingerprint.ts';
import { pgp } from '../../../src/keysources/pgp/index.ts';
import type { Context } from '../../../src/ports.ts';
import { type GpgHome, openGpgHome } from '../../peers/gpg.ts';
import { lacks, needed } from '../../support/peers.ts';
import { testContext, type World } from '../context.ts';
import { encryptWithSops, interchanges } from '../sops-file.ts';

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index + 100);
const passphrase = 'open sesame';
const withoutGpg = { SOPS_GPG_EXEC: 'no-such-gpg' };

describe.skipIf(lacks('gpg'))('keys beside gpg', () => {
  let home: GpgHome;
  let folder: string;
  beforeAll(async () => {
    home = await openGpgHome(needed('gpg'));
    folder = await mkdtemp(join(tmpdir(), 'pgp-'));
  });
  afterAll(async () => {
    await home.close();
    await rm(folder, { recursive: true });
  });
  const world = (env: Readonly<Record<string, string>>, rest: World = {}): Context =>
    testContext({ home: folder, ...rest, env: { ...withoutGpg, ...env } });
  const withGpg = (): Context => testContext({ env: home.env });
  const secretKey = async (name: string, ...options: readonly string[]): Promise<string> =>
    home.gpg(...options, '--armor', '--export-secret-keys', name);
  const publicKey = async (name: string): Promise<string> => home.gpg('--armor', '--export', name);
  const make = async (name: string, algorithms: readonly [string, string] = ['ed25519', 'cv25519']): Promise<string> =>
    (await home.generate({ name, algorithms }))[0] ?? '';
  const unwrap = async (wrapped: string, context: Context, fingerprint = ''): Promise<Uint8Array> =>
    new Uint8Array(await client.unwrap({ masterKey: pgpKey(fingerprint), wrapped }, context));

  it.each([
    ['DSA and Elgamal', ['dsa2048', 'elg2048']],
    ['RSA of 4096 bits', ['rsa4096', 'rsa4096']],
    ['NIST P-384', ['nistp384', 'nistp384']],
  ] as const)('may be of %s: what is wrapped for them gpg opens, and the other way', { timeout: 30_000 }, async (name, algorithms) => {
    const fingerprint = await make(name, algorithms);
    const given = world({ SOPS_PGP_KEY: await secretKey(fingerprint) });
    expect(await unwrap(await client.wrap(dataKey, pgpKey(fingerprint), given), withGpg())).toEqual(dataKey);
    expect(await unwrap(await client.wrap(dataKey, pgpKey(fingerprint), withGpg()), given)).toEqual(dataKey);
  });

  it('may be of an algorithm that needs gpg, which is told', async () => {
    const fingerprint = await make('Brainpool', ['brainpoolP256r1', 'brainpoolP256r1']);
    const key = { SOPS_PGP_KEY: await secretKey(fingerprint) };
    await expect(client.wrap(dataKey, pgpKey(fingerprint), world(key))).rejects.toThrow('openpgp: keys of this algorithm need gpg; gpg: ');
    const both = testContext({ env: { ...home.env, ...key } });
    expect(await unwrap(await client.wrap(dataKey, pgpKey(fingerprint), both), both)).toEqual(dataKey);
  });

  describe('in the keyrings of an old gpg', () => {
    const locked = 'old locked';
    let fingerprint = '';
    let lockedOne = '';
    let old: Readonly<Record<string, string>>;
    beforeAll(async () => {
      fingerprint = await make('old');
      [lockedOne = ''] = await home.generate({ name: locked, algorithms: ['ed25519', 'cv25519'], passphrase });
      const keyrings = join(folder, '.gnupg');
      await mkdir(keyrings);
      await home.gpg('--output', join(keyrings, 'pubring.gpg'), '--export', fingerprint, lockedOne);
      await home.gpg('--passphrase', passphrase, '--output', join(keyrings, 'secring.gpg'), '--export-secret-keys', fingerprint, lockedOne);
      old = { GNUPGHOME: keyrings };
    });

    it.skipIf(lacks('sops'))('open and are encrypted for without gpg, as with real sops', async () => {
      const file = await encryptWithSops('pgp', ['--pgp', fingerprint], { ...old, ...withoutGpg });
      expect(await interchanges(pgp, file, world(old))).toBe(true);
    });
    it('are found in the folder .gnupg of the home', async () => {
      const wrapped = await client.wrap(dataKey, pgpKey(fingerprint), world({}));
      expect(await unwrap(wrapped, world({}))).toEqual(dataKey);
    });
    it('open with the passphrase that the environment gives, else with one that a person types', async () => {
      const wrapped = await client.wrap(dataKey, pgpKey(lockedOne), world(old));
      expect(await unwrap(wrapped, world({ ...old, SOPS_PGP_PASSPHRASE: passphrase }))).toEqual(dataKey);
      const questions: string[] = [];
      expect(await unwrap(wrapped, world(old, { passphrase, questions }))).toEqual(dataKey);
      expect(questions).toEqual([`Enter passphrase for PGP key ${lockedOne}:`]);
    });
    it('may be broken, which is told', async () => {
      const broken = join(folder, 'broken');
      await mkdir(broken);
      await writeFile(join(broken, 'pubring.gpg'), Buffer.from([0x99, 1, 2, 3]));
      await expect(client.wrap(dataKey, pgpKey(fingerprint), world({ GNUPGHOME: broken }))).rejects.toThrow(
        `'${broken}/pubring.gpg' holds no PGP key that can be read`,
      );
    });
  });

  describe('that are locked', () => {
    let key = '';
    let wrapped = '';
    let fingerprint = '';
    beforeAll(async () => {
      [fingerprint = ''] = await home.generate({ name: 'locked', algorithms: ['rsa2048', 'rsa2048'], passphrase });
      key = await secretKey(fingerprint, '--passphrase', passphrase);
      wrapped = await client.wrap(dataKey, pgpKey(fingerprint), withGpg());
    });

    it('are opened by a person, who is asked once a run', async () => {
      const questions: string[] = [];
      const context = world({ SOPS_PGP_KEY: key }, { passphrase, questions });
      for (const _ of [1, 2]) expect(await unwrap(wrapped, context)).toEqual(dataKey);
      expect(questions).toHaveLength(1);
    });
    it('are not asked for where gpg opens them', async () => {
      const questions: string[] = [];
      await home.pinentry(
        `echo OK\nwhile read -r word rest; do case "$word" in GETPIN) echo "D ${passphrase}"; echo OK;; BYE) exit;; *) echo OK;; esac; done`,
      );
      const context = testContext({ env: { ...home.env, SOPS_PGP_KEY: key }, passphrase: 'open barley', questions });
      expect(await unwrap(wrapped, context)).toEqual(dataKey);
      expect(questions).toEqual([]);
    });
    it.each([
      [
        'missing',
        {},
        undefined,
        /openpgp: key [0-9A-F]{40} needs a passphrase: set SOPS_PGP_PASSPHRASE or SOPS_PGP_PASSPHRASE_FILE; .*no terminal/,
      ],
      ['typed wrong', {}, 'open barley', /openpgp: the passphrase of key [0-9A-F]{40} is wrong/],
      ['given wrong', { SOPS_PGP_PASSPHRASE: 'open barley' }, passphrase, /openpgp: the passphrase of key [0-9A-F]{40} is wrong/],
      ['given empty', { SOPS_PGP_PASSPHRASE: '' }, undefined, /openpgp: the passphrase of key [0-9A-F]{40} is wrong/],
      [
        'in no file',
        { SOPS_PGP_PASSPHRASE_FILE: '/nowhere/file' },
        passphrase,
        /SOPS_PGP_PASSPHRASE_FILE '\/nowhere\/file' does not exist/,
      ],
    ])('stay so where the passphrase is %s', async (_what, env, typed, message) => {
      const context = world({ SOPS_PGP_KEY: key, ...env }, typed === undefined ? {} : { passphrase: typed });
      const error: unknown = await unwrap(wrapped, context).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'DATA_KEY_UNRECOVERABLE' });
      expect(String(error)).toMatch(message);
      expect(String(error)).not.toMatch(/barley|sesame/);
    });
  });

  it('that are public alone do not open, which is told', async () => {
    const fingerprint = await make('public');
    const context = world({ SOPS_PGP_KEY: await publicKey(fingerprint) });
    const wrapped = await client.wrap(dataKey, pgpKey(fingerprint), context);
    await expect(unwrap(wrapped, context)).rejects.toThrow(`openpgp: of key ${fingerprint} only the public half is given`);
  });

  it('that are of others do not open, which is told', async () => {
    const [mine, theirs] = [await make('mine'), await make('theirs')];
    const wrapped = await client.wrap(dataKey, pgpKey(theirs), withGpg());
    await expect(unwrap(wrapped, world({ SOPS_PGP_KEY: await secretKey(mine) }))).rejects.toThrow(
      'none of the given private keys is a recipient',
    );
  });

  it('whose secret half is kept elsewhere do not open, which is told', async () => {
    const fingerprint = await make('elsewhere');
    const wrapped = await client.wrap(dataKey, pgpKey(fingerprint), withGpg());
    const grip = /grp:+([0-9A-F]{40}):/g;
    const listing = await home.gpg('--with-colons', '--with-keygrip', '--list-secret-keys', fingerprint);
    const [, subkey] = [...listing.matchAll(grip)].map(([, found = '']) => found);
    await rm(join(home.path, 'private-keys-v1.d', `${subkey ?? ''}.key`));
    const stub = await home.gpg('--armor', '--export-secret-keys', fingerprint).catch(() => '');
    await expect(unwrap(wrapped, world({ SOPS_PGP_KEY: stub }))).rejects.toThrow(/openpgp: /);
  });

  it.each([
    ['no key', 'nothing', 'openpgp: SOPS_PGP_KEY holds no armored key'],
    ['cut off', '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME', 'openpgp: SOPS_PGP_KEY holds no armored key'],
    [
      'broken',
      '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----',
      'openpgp: SOPS_PGP_KEY holds no PGP key that can be read',
    ],
  ])('in a variable that holds %s are refused', async (_what, text, message) => {
    await expect(client.wrap(dataKey, pgpKey('A'.repeat(40)), world({ SOPS_PGP_KEY: text }))).rejects.toThrow(message);
  });

  it.each([
    ['text', 'some text', 'holds no PGP key'],
    ['nothing', '', 'holds no PGP key'],
    ['bytes', Buffer.from([0x99, 0xff, 0xff, 1]), 'holds no PGP key that can be read'],
  ])('in a file of %s are refused', async (name, content, message) => {
    const path = join(folder, name);
    await writeFile(path, content);
    await expect(client.wrap(dataKey, pgpKey('A'.repeat(40)), world({ SOPS_PGP_KEY_FILE: path }))).rejects.toThrow(
      `openpgp: SOPS_PGP_KEY_FILE '${path}' ${message}`,
    );
  });

  it('with a name that fits several are not guessed', async () => {
    const [one, another] = [await make('one'), await make('another')];
    const keys = `${await publicKey(one)}\n${await publicKey(another)}`;
    await expect(client.wrap(dataKey, pgpKey('ABC'), world({ SOPS_PGP_KEY: keys }))).rejects.toThrow(
      'none of the given keys has this fingerprint',
    );
    expect(await unwrap(await client.wrap(dataKey, pgpKey(another.slice(-8)), world({ SOPS_PGP_KEY: keys })), withGpg())).toEqual(dataKey);
  });

  it('open a message that does not say for whom it is', async () => {
    const fingerprint = await make('hidden');
    const plain = join(folder, 'data-key');
    await writeFile(plain, dataKey);
    const wrapped = await home.gpg(
      '--trust-model',
      'always',
      '--hidden-recipient',
      fingerprint,
      '--armor',
      '--output',
      '-',
      '--encrypt',
      plain,
    );
    const other = await secretKey(await make('not hidden'));
    expect(await unwrap(wrapped, world({ SOPS_PGP_KEY: `${other}\n${await secretKey(fingerprint)}` }))).toEqual(dataKey);
  });

  it('do not open a message that was made to grow, nor what is no message, nor one that was changed', async () => {
    const fingerprint = await make('bombed');
    const context = world({ SOPS_PGP_KEY: await secretKey(fingerprint) });
    const [message, encryptionKeys] = [
      await createMessage({ binary: new Uint8Array(50_000_000) }),
      await readKey({ armoredKey: await publicKey(fingerprint) }),
    ];
    const bomb = await encrypt({ message, encryptionKeys, config: { preferredCompressionAlgorithm: enums.compression.zlib } });
    const wrapped = await client.wrap(dataKey, pgpKey(fingerprint), context);
    const changed = wrapped.replace(/^(.{50})(.)/m, (_, start: string, next: string) => `${start}${next === 'A' ? 'B' : 'A'}`);
    for (const each of [bomb, '', 'nothing', wrapped.slice(0, -60), changed])
      await expect(unwrap(each, context)).rejects.toMatchObject({ code: 'DATA_KEY_UNRECOVERABLE' });
  });

  it('are not looked at where the request was given up before', async () => {
    const unwrapping = client.unwrap({ masterKey: pgpKey('A'.repeat(40)), wrapped: '' }, world({}), AbortSignal.abort());
    await expect(unwrapping).rejects.toThrow(/: it was given up$/);
  });
});
