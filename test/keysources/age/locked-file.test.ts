import { writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/age/client.ts';
import { type AgeKey, ageKey } from '../../../src/keysources/age/recipient.ts';
import { agePlugin, pluginPairs } from '../../peers/age-plugin.ts';
import { run, succeed } from '../../peers/run.ts';
import { temporaryFolder } from '../../support/cli.ts';
import { lacks, needed } from '../../support/peers.ts';
import { testContext, type World } from '../context.ts';

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index);
const passphrase = 'correct horse';

/** Files of identities that real age encrypted; its plugin for passphrases writes just what `age -p` writes at a terminal. */
describe.skipIf(lacks('age', 'age-keygen', 'age-plugin-batchpass'))('a file of identities behind a passphrase', () => {
  const folder = temporaryFolder('locked');
  let identity = '';
  let masterKey: AgeKey = { kind: 'age', recipient: '' };
  let wrapped = '';
  beforeAll(async () => {
    identity = await succeed([needed('age-keygen')]);
    masterKey = ageKey(/age1[a-z0-9]+/.exec(identity)?.[0] ?? '');
    wrapped = await client.wrap(dataKey, masterKey, testContext());
  });

  const lock = async (content: string, flags: readonly string[] = [], work = '10'): Promise<string> => {
    const env = {
      PATH: [dirname(needed('age-plugin-batchpass')), process.env['PATH']].join(delimiter),
      AGE_PASSPHRASE: passphrase,
      AGE_PASSPHRASE_WORK_FACTOR: work,
    };
    const path = join(folder, `${flags.join('')}${content.length}${work}.age`);
    const { status, stdout } = await run([needed('age'), '-e', '-j', 'batchpass', ...flags], { input: Buffer.from(content), env });
    expect(status).toBe(0);
    await writeFile(path, stdout);
    return path;
  };
  const outcome = async (world: World, key = masterKey, sealed = wrapped): Promise<string> =>
    client.unwrap({ masterKey: key, wrapped: sealed }, testContext(world)).then(
      (opened) => (Buffer.from(opened).equals(dataKey) ? 'opened' : 'opened otherwise'),
      (error: unknown) => String(error),
    );

  it.each([[[]], [['-a']]])('opens, written by age %j', async (flags) => {
    const path = await lock(`# mine\n${identity}`, flags);
    const questions: string[] = [];
    expect(await outcome({ env: { SOPS_AGE_KEY_FILE: path }, passphrase, questions })).toBe('opened');
    expect(questions).toEqual([`Enter passphrase for identity 'SOPS_AGE_KEY_FILE ('${path}')':`]);
    expect(await outcome({ env: { SOPS_AGE_KEY_FILE: path }, passphrase: `${passphrase} ` })).toContain(
      `SOPS_AGE_KEY_FILE ('${path}') could not be opened: the passphrase is wrong`,
    );
    expect(await outcome({ env: { SOPS_AGE_KEY_CMD: `cat '${path}'` }, passphrase })).toBe('opened');
  });

  it('is left alone where nobody may be asked', async () => {
    const questions: string[] = [];
    const world = testContext({ env: { SOPS_AGE_KEY_FILE: await lock(identity) }, passphrase, questions });
    await expect(client.unwrap({ masterKey, wrapped }, { ...world, unattended: true })).rejects.toThrow(/nobody is asked for it/);
    expect(questions).toEqual([]);
  });

  it('takes the work that age does by default', async () => {
    expect(await outcome({ env: { SOPS_AGE_KEY_FILE: await lock(identity, [], '18') }, passphrase })).toBe('opened');
  });

  it('may come in a variable', async () => {
    const { stdout } = await run(['cat', await lock(identity, ['-a'])]);
    expect(await outcome({ env: { SOPS_AGE_KEY: Buffer.from(stdout).toString() }, passphrase })).toBe('opened');
  });

  it('may hold identities of plugins and of post-quantum kind', async () => {
    const [pair] = pluginPairs;
    const env = agePlugin(folder);
    const key = ageKey(pair.recipient);
    const sealed = await client.wrap(dataKey, key, testContext({ env }));
    const plugin = await lock(`${identity}\n${pair.identity}\n`);
    expect(await outcome({ env: { ...env, SOPS_AGE_KEY_FILE: plugin }, passphrase }, key, sealed)).toBe('opened');
    const hybrid = await succeed([needed('age-keygen'), '-pq']);
    const hybridKey = ageKey(/age1pq1[a-z0-9]+/.exec(hybrid)?.[0] ?? '');
    const hybridSealed = await client.wrap(dataKey, hybridKey, testContext());
    expect(await outcome({ env: { SOPS_AGE_KEY_FILE: await lock(hybrid) }, passphrase }, hybridKey, hybridSealed)).toBe('opened');
  });

  it('without the right identity, or without any, says so', async () => {
    const stranger = await succeed([needed('age-keygen')]);
    expect(await outcome({ env: { SOPS_AGE_KEY_FILE: await lock(stranger) }, passphrase })).toContain(
      'holds one identity, which is not the recipient',
    );
    expect(await outcome({ env: { SOPS_AGE_KEY_FILE: await lock('') }, passphrase })).toContain('holds no identity');
    expect(await outcome({ env: { SOPS_AGE_KEY_FILE: await lock('hunter2') }, passphrase })).toContain(
      'cannot be used: line 1 is not an age identity',
    );
  });

  it('that is broken, or is encrypted for somebody instead, is not opened', async () => {
    const path = join(folder, 'broken.age');
    const { stdout } = await run(['cat', await lock(identity)]);
    const changed = Buffer.from(stdout);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    const cases = [stdout.subarray(0, 60), stdout.subarray(0, -1), changed, Buffer.from(wrapped)];
    for (const content of cases) {
      await writeFile(path, content);
      expect(await outcome({ env: { SOPS_AGE_KEY_FILE: path }, passphrase })).toContain('could not be opened');
    }
  });

  it('asks for no more work than age does', async () => {
    const path = join(folder, 'slow.age');
    await writeFile(
      path,
      `age-encryption.org/v1\n-> scrypt ${'A'.repeat(22)} 23\n${'A'.repeat(43)}\n--- ${'A'.repeat(43)}\n${'x'.repeat(40)}`,
    );
    const start = performance.now();
    expect(await outcome({ env: { SOPS_AGE_KEY_FILE: path }, passphrase })).toContain('could not be opened');
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
