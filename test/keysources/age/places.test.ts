import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Encrypter, generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/age/client.ts';
import { type AgeKey, ageKey } from '../../../src/keysources/age/recipient.ts';
import { testContext, type World } from '../context.ts';

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index);

/** The places where sops 3.13.3 looks for identities, age/keysource.go. */
describe('age identities', () => {
  let folder = '';
  let identity = '';
  let stranger = '';
  let masterKey: AgeKey;
  let wrapped = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'age-'));
    identity = await generateX25519Identity();
    stranger = await generateX25519Identity();
    masterKey = ageKey(await identityToRecipient(identity));
    wrapped = await client.wrap(dataKey, masterKey, testContext());
  });
  afterAll(async () => rm(folder, { recursive: true }));

  const file = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  const script = async (name: string, body: string): Promise<string> => {
    const path = await file(name, `#!/bin/sh\n${body}\n`);
    await chmod(path, 0o755);
    return path;
  };
  const unwrap = async (world: World): Promise<Uint8Array> =>
    new Uint8Array(await client.unwrap({ masterKey, wrapped }, testContext(world)));
  const failure = async (world: World): Promise<string> =>
    unwrap(world).then(
      () => 'opened',
      (error: unknown) => String(error),
    );

  it('come from SOPS_AGE_KEY, several to a line', async () => {
    expect(await unwrap({ env: { SOPS_AGE_KEY: `# mine\n\n${stranger} ${identity}\r\n` } })).toEqual(dataKey);
  });

  it('come from SOPS_AGE_KEY_FILE, one to a line', async () => {
    const path = await file('keys', `# created: today\r\n${stranger}\r\n${identity}\r\n`);
    expect(await unwrap({ env: { SOPS_AGE_KEY_FILE: path } })).toEqual(dataKey);
  });

  it('come from sops/age/keys.txt in the folder for configuration', async () => {
    await mkdir(join(folder, 'config/sops/age'), { recursive: true });
    await file('config/sops/age/keys.txt', identity);
    expect(await unwrap({ userConfig: join(folder, 'config') })).toEqual(dataKey);
    expect(await unwrap({ userConfig: join(folder, 'config'), env: { SOPS_AGE_KEY: stranger, SOPS_AGE_KEY_FILE: '/nowhere' } })).toEqual(
      dataKey,
    );
  });

  it('come from SOPS_AGE_KEY_CMD, which is told the recipient and runs once', async () => {
    const path = await script(
      'give key',
      `echo "$1 $SOPS_AGE_RECIPIENT" >> '${folder}/asked'; [ "$SOPS_AGE_RECIPIENT" = ${masterKey.recipient} ] && echo ${identity}`,
    );
    const context = testContext({ env: { SOPS_AGE_KEY_CMD: `'${path}' "two words"` } });
    await client.unwrap({ masterKey, wrapped }, context);
    expect(new Uint8Array(await client.unwrap({ masterKey, wrapped }, context))).toEqual(dataKey);
    expect(Buffer.from((await context.files.read(join(folder, 'asked'))) ?? []).toString()).toBe(`two words ${masterKey.recipient}\n`);
  });

  it('are asked of no command where a file holds the right one', async () => {
    const env = { SOPS_AGE_KEY: identity, SOPS_AGE_KEY_CMD: await script('never', `touch '${folder}/ran'`) };
    expect(await unwrap({ env })).toEqual(dataKey);
    expect(await testContext().files.read(join(folder, 'ran'))).toBeUndefined();
  });

  it('may be of both kinds, each for its own file', async () => {
    const hybrid = await generateHybridIdentity();
    const hybridKey = ageKey(await identityToRecipient(hybrid));
    const context = testContext({ env: { SOPS_AGE_KEY: `${hybrid}\n${identity}` } });
    expect(await unwrap({ env: { SOPS_AGE_KEY: `${hybrid}\n${identity}` } })).toEqual(dataKey);
    const other = await client.wrap(dataKey, hybridKey, context);
    expect(new Uint8Array(await client.unwrap({ masterKey: hybridKey, wrapped: other }, context))).toEqual(dataKey);
  });

  describe('behind a passphrase', () => {
    const passphrase = 'correct horse';
    let path = '';
    beforeAll(async () => {
      const encrypter = new Encrypter();
      encrypter.setPassphrase(passphrase);
      encrypter.setScryptWorkFactor(10);
      path = await file('locked.age', await encrypter.encrypt(`${identity}\n`));
    });

    it('are asked for once', async () => {
      const questions: string[] = [];
      const context = testContext({ env: { SOPS_AGE_KEY_FILE: path }, passphrase, questions });
      await Promise.all([client.unwrap({ masterKey, wrapped }, context), client.unwrap({ masterKey, wrapped }, context)]);
      expect(questions).toEqual([`Enter passphrase for identity 'SOPS_AGE_KEY_FILE ('${path}')':`]);
    });
    it('are not asked for where another place holds the right one', async () => {
      const questions: string[] = [];
      const command = await script('give', `echo ${identity}`);
      expect(await unwrap({ env: { SOPS_AGE_KEY_FILE: path, SOPS_AGE_KEY_CMD: command }, questions })).toEqual(dataKey);
      expect(questions).toEqual([]);
    });
    it('stay closed to a wrong one, which is not repeated', async () => {
      const said = await failure({ env: { SOPS_AGE_KEY_FILE: path }, passphrase: 'battery staple' });
      expect(said).toContain('the passphrase is wrong');
      expect(said).not.toContain('battery');
      expect(await failure({ env: { SOPS_AGE_KEY_FILE: path } })).toContain('there is no terminal to ask for it');
    });
  });

  it('that are missing end in an error that names every place', async () => {
    expect(await failure({ userConfig: '/nowhere' })).toBe(
      'SopsError: no age identity opens the data key: SOPS_AGE_KEY is not set; SOPS_AGE_KEY_FILE is not set; ' +
        '/nowhere/sops/age/keys.txt does not exist; SOPS_AGE_KEY_CMD is not set',
    );
    const env = { SOPS_AGE_KEY: '', SOPS_AGE_KEY_FILE: '/nowhere/keys', SOPS_AGE_KEY_CMD: 'false' };
    expect(await failure({ env })).toBe(
      "SopsError: no age identity opens the data key: SOPS_AGE_KEY holds no identity; SOPS_AGE_KEY_FILE ('/nowhere/keys') does not exist; " +
        "sops/age/keys.txt is in the user's configuration folder, which is not known; SOPS_AGE_KEY_CMD failed with status 1",
    );
    expect(await failure({ env: { SOPS_AGE_KEY: stranger } })).toContain('SOPS_AGE_KEY holds one identity, which is not the recipient');
  });

  it('of every place and kind are tried, and each failure is told in the order of the trials', async () => {
    const path = await file('several', `${stranger}\n${await generateHybridIdentity()}\nAGE-PLUGIN-NOBODYHASIT-1QQQQQQQVLRQ5G\n`);
    const encrypter = new Encrypter();
    encrypter.setPassphrase('other');
    encrypter.setScryptWorkFactor(10);
    await mkdir(join(folder, 'full/sops/age'), { recursive: true });
    const locked = await file('full/sops/age/keys.txt', await encrypter.encrypt(identity));
    const command = await script('speak', "echo 'cannot reach the vault' >&2; exit 4");
    const env = { SOPS_AGE_KEY: '# nothing', SOPS_AGE_KEY_FILE: path, SOPS_AGE_KEY_CMD: `'${command}'` };
    expect(await failure({ env, userConfig: join(folder, 'full'), passphrase: 'wrong' })).toBe(
      'SopsError: no age identity opens the data key: SOPS_AGE_KEY holds no identity; ' +
        `SOPS_AGE_KEY_FILE ('${path}') holds 2 identities, none of which is the recipient; ` +
        'SOPS_AGE_KEY_CMD failed with status 4: cannot reach the vault; ' +
        `SOPS_AGE_KEY_FILE ('${path}') names a plugin that failed: age-plugin-nobodyhasit: the plugin is not installed: no program of that name is on the path; ` +
        `${locked} could not be opened: the passphrase is wrong`,
    );
  });

  it('that are malformed are named by file and line, never by content', async () => {
    const broken = identity.replace(/.$/, (last) => (last === 'Q' ? 'P' : 'Q'));
    const path = await file('broken', `# keys\n${stranger}\n${broken}\n`);
    const said = await failure({ env: { SOPS_AGE_KEY_FILE: path, SOPS_AGE_KEY: 'hunter2', SOPS_AGE_KEY_CMD: "echo 'open" } });
    expect(said).toContain(`SOPS_AGE_KEY_FILE ('${path}') cannot be used: line 3 is not an age identity: its checksum does not fit`);
    expect(said).toContain("SOPS_AGE_KEY cannot be used: line 1 is not an age identity: it does not start with 'AGE-SECRET-KEY-'");
    expect(said).toContain('SOPS_AGE_KEY_CMD cannot be used: the command ends within a quote or an escape');
    for (const secret of [broken, stranger, identity, 'hunter2']) expect(said).not.toContain(secret.slice(0, 24));
  });
});
