import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { armor, dearmor } from '../../../src/keysources/age/armor.node.ts';
import { client } from '../../../src/keysources/age/client.ts';
import { age as source } from '../../../src/keysources/age/index.ts';
import { type AgeKey, ageKey } from '../../../src/keysources/age/recipient.ts';
import { run, succeed } from '../../peers/run.ts';
import { temporaryFolder } from '../../support/cli.ts';
import { lacks, needed, peer } from '../../support/peers.ts';
import { testContext, type World } from '../context.ts';
import { encryptWithSops, interchanges } from '../sops-file.ts';
import { sshKeyPair, type SshKeyPair } from '../../peers/ssh-keys.ts';

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index * 5);
const passphrase = 'correct horse';

async function unwrap(masterKey: AgeKey, wrapped: string, world: World): Promise<Uint8Array> {
  return new Uint8Array(await client.unwrap({ masterKey, wrapped }, testContext(world)));
}
const failure = async (masterKey: AgeKey, wrapped: string, world: World): Promise<string> =>
  unwrap(masterKey, wrapped, world).then(
    () => 'opened',
    (error: unknown) => String(error),
  );

describe.skipIf(lacks('age', 'sops', 'ssh-keygen')).each(['-t ed25519', '-t rsa -b 2048', '-t rsa -b 4096'])('ssh-keygen %s', (words) => {
  const folder = temporaryFolder('ssh');
  let pair: SshKeyPair = { path: '', recipient: '' };
  let masterKey: AgeKey = { kind: 'age', recipient: '' };
  let wrapped = '';
  beforeAll(async () => {
    pair = await sshKeyPair(folder, 'id', words);
    masterKey = ageKey(pair.recipient);
    wrapped = await client.wrap(dataKey, masterKey, testContext());
  });

  it('age opens what we wrap', async () => {
    const { status, stdout, stderr } = await run([needed('age'), '-d', '-i', pair.path], { input: Buffer.from(wrapped) });
    expect([status, stderr]).toEqual([0, '']);
    expect(new Uint8Array(stdout)).toEqual(dataKey);
  });

  it('we unwrap what age wraps', async () => {
    const { stdout } = await run([needed('age'), '-a', '-r', pair.recipient], { input: dataKey });
    expect(await unwrap(masterKey, Buffer.from(stdout).toString(), { env: { SOPS_AGE_SSH_PRIVATE_KEY_FILE: pair.path } })).toEqual(dataKey);
  });

  it('interchanges with real sops', async () => {
    const env = { SOPS_AGE_SSH_PRIVATE_KEY_FILE: pair.path };
    const file = await encryptWithSops('age', ['--age', pair.recipient], env);
    expect(file.entries).toMatchObject([{ recipient: pair.recipient }]);
    expect(await interchanges(source, file, testContext({ env }))).toBe(true);
  });

  it('is found in the home folder under its usual name, and printed by a command that is told the recipient', async () => {
    const home = join(folder, 'home');
    await mkdir(join(home, '.ssh'), { recursive: true });
    await cp(pair.path, join(home, '.ssh', words.includes('rsa') ? 'id_rsa' : 'id_ed25519'));
    expect(await unwrap(masterKey, wrapped, { home })).toEqual(dataKey);
    const command = `sh -c 'test "$SOPS_AGE_RECIPIENT" = "${pair.recipient}" && cat "${pair.path}"'`;
    expect(await unwrap(masterKey, wrapped, { env: { SOPS_AGE_SSH_PRIVATE_KEY_CMD: command } })).toEqual(dataKey);
  });

  it('of somebody else is not the recipient', async () => {
    const other = await sshKeyPair(folder, 'other', words);
    const said = await failure(masterKey, wrapped, { env: { SOPS_AGE_SSH_PRIVATE_KEY_FILE: other.path } });
    expect(said).toContain(`SOPS_AGE_SSH_PRIVATE_KEY_FILE ('${other.path}') holds an SSH key, which is not the recipient`);
  });

  it('behind a passphrase opens once, and only where it is asked for rightly', async () => {
    const locked = join(folder, 'locked');
    await cp(pair.path, locked);
    await succeed([needed('ssh-keygen'), '-q', '-p', '-P', '', '-N', passphrase, '-f', locked]);
    const env = { SOPS_AGE_SSH_PRIVATE_KEY_FILE: locked };
    const questions: string[] = [];
    const context = testContext({ env, passphrase, questions });
    await Promise.all([client.unwrap({ masterKey, wrapped }, context), client.unwrap({ masterKey, wrapped }, context)]);
    expect(questions).toEqual([`Enter passphrase for '${locked}':`]);
    expect(await failure(masterKey, wrapped, { env, passphrase: 'battery staple' })).toContain(
      'could not be opened: the passphrase is wrong',
    );
    expect(await failure(masterKey, wrapped, { env })).toContain('there is no terminal to ask for it');
  });

  it('behind a passphrase is not asked for where it does not fit', async () => {
    const other = await sshKeyPair(folder, 'other-locked', words, passphrase);
    const questions: string[] = [];
    const said = await failure(masterKey, wrapped, { env: { SOPS_AGE_SSH_PRIVATE_KEY_FILE: other.path }, passphrase, questions });
    expect(said).toContain('holds an SSH key, which is not the recipient');
    expect(questions).toEqual([]);
  });
});

describe.skipIf(lacks('ssh-keygen'))('the file of an SSH key', () => {
  const folder = temporaryFolder('ssh-file');
  const opens = async (pair: SshKeyPair, world: World = {}): Promise<string> => {
    const masterKey = ageKey(pair.recipient);
    const wrapped = await client.wrap(dataKey, masterKey, testContext());
    return failure(masterKey, wrapped, { env: { SOPS_AGE_SSH_PRIVATE_KEY_FILE: pair.path }, ...world });
  };

  it.each([
    ['aes256-ctr', 16],
    ['aes192-ctr', 1],
    ['aes128-ctr', 3],
    ['aes256-cbc', 24],
    ['aes128-cbc', 2],
    ['3des-cbc', 1],
    ['aes256-gcm@openssh.com', 1],
    ['aes128-gcm@openssh.com', 2],
  ])('may be encrypted with %s after %i rounds', async (cipher, rounds) => {
    const pair = await sshKeyPair(folder, cipher, `-t ed25519 -Z ${cipher} -a ${rounds}`, passphrase);
    expect(await opens(pair, { passphrase })).toBe('opened');
    expect(await opens(pair, { passphrase: 'battery staple' })).toContain('the passphrase is wrong');
  });

  it('encrypted with a cipher that is not known names it', async () => {
    const pair = await sshKeyPair(folder, 'chacha', '-t ed25519 -Z chacha20-poly1305@openssh.com -a 1', passphrase);
    expect(await opens(pair, { passphrase })).toContain('its cipher is not known: chacha20-poly1305@openssh.com');
  });

  it.each(['PEM', 'PKCS8'])('may be in %s, behind a passphrase or not', async (format) => {
    const open = await sshKeyPair(folder, `${format}-open`, `-t rsa -b 2048 -m ${format}`);
    expect(await opens(open)).toBe('opened');
    const locked = await sshKeyPair(folder, `${format}-locked`, `-t rsa -b 2048 -m ${format}`, passphrase);
    expect(await readFile(locked.path, 'utf8')).toContain('ENCRYPTED');
    expect(await opens(locked, { passphrase })).toBe('opened');
    expect(await opens(locked, { passphrase: 'battery staple' })).toContain('the passphrase is wrong');
  });

  it('in an old format says whose it is by its .pub file', async () => {
    const locked = await sshKeyPair(folder, 'old', '-t rsa -b 2048 -m PEM', passphrase);
    const other = await sshKeyPair(folder, 'newer', '-t rsa -b 2048');
    const questions: string[] = [];
    const world = { env: { SOPS_AGE_SSH_PRIVATE_KEY_FILE: locked.path }, passphrase, questions };
    expect(await opens(other, world)).toContain('which is not the recipient');
    expect(questions).toEqual([]);
    await rm(`${locked.path}.pub`);
    expect(await opens(locked, world)).toBe('opened');
    expect(questions).toHaveLength(1);
  });

  it.each([
    ['-t ecdsa', 'it is of kind ecdsa-sha2-nistp256: age takes only ssh-ed25519 and ssh-rsa'],
    ['-t ecdsa -m PEM', 'it is of kind ec: age takes only ssh-ed25519 and ssh-rsa'],
    ['-t rsa -b 1024', 'it has 1024 bits, and age takes no RSA key with less than 2048'],
  ])('of %s is refused with the reason', async (words, reason) => {
    const good = await sshKeyPair(folder, `good${words}`, '-t ed25519');
    const bad = await sshKeyPair(folder, `bad${words}`, words);
    expect(await opens({ ...good, path: bad.path })).toContain(`cannot be used: it is not an SSH key that age can use: ${reason}`);
  });

  it('that is broken anywhere ends in an error that shows nothing of it', async () => {
    const pair = await sshKeyPair(folder, 'breaking', '-t ed25519');
    const text = await readFile(pair.path, 'utf8');
    const broken = join(folder, 'broken');
    const bytes = Buffer.from(text.replaceAll(/-----.*-----|\n/g, ''), 'base64');
    for (let at = 0; at < bytes.length; at += 3) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x41;
      await writeFile(broken, `-----BEGIN OPENSSH PRIVATE KEY-----\n${changed.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`);
      // The comment is not part of the key.
      expect(await opens({ ...pair, path: broken })).toMatch(/^opened$|cannot be used|not the recipient/);
    }
    for (const content of ['', 'hunter2', pair.recipient, text.slice(0, 200)]) {
      await writeFile(broken, content);
      expect(await opens({ ...pair, path: broken })).toContain('cannot be used');
    }
  });

  it('asks for no more work than anybody waits for', async () => {
    const pair = await sshKeyPair(folder, 'slow', '-t ed25519 -a 1', passphrase);
    const body = (await readFile(pair.path, 'utf8')).replaceAll(/-----.*-----|\n/g, '');
    const bytes = Buffer.from(body, 'base64');
    const rounds = bytes.indexOf(Buffer.from([0, 0, 0, 1, 0, 0, 0, 1]));
    bytes.writeUInt32BE(1_000_000, rounds);
    await writeFile(pair.path, `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`);
    expect(await opens(pair, { passphrase })).toContain('its passphrase takes 1000000 rounds, more than 2048');
  });
});

describe.skipIf(lacks('ssh-keygen'))('a stanza for an SSH key', () => {
  const folder = temporaryFolder('ssh-stanza');

  it.each(['-t ed25519', '-t rsa -b 2048'])('that breaks the rules is refused: ssh-keygen %s', async (words) => {
    const pair = await sshKeyPair(folder, words.slice(3, 6), words);
    const masterKey = ageKey(pair.recipient);
    const wrapped = await client.wrap(dataKey, masterKey, testContext());
    const file = dearmor(wrapped).toString('latin1');
    const [line = ''] = /^-> .*$/m.exec(file) ?? [];
    const changed = (text: string): string => armor(Buffer.from(file.replace(line, text), 'latin1'));
    const env = { SOPS_AGE_SSH_PRIVATE_KEY_FILE: pair.path };
    const parts = line.split(' ');
    const point = Buffer.alloc(32).toString('base64').replaceAll('=', '');
    const broken = [
      `${line} more`,
      parts.slice(0, 2).join(' '),
      ...(parts.length === 4 ? [[...parts.slice(0, 3), 'AAAA'].join(' '), [...parts.slice(0, 3), point].join(' ')] : []),
    ];
    for (const text of broken) {
      const opening = client.unwrap({ masterKey, wrapped: changed(text) }, testContext({ env }));
      await expect(opening).rejects.toMatchObject({ code: 'MALFORMED_METADATA' });
    }
    // Another tag is for another key.
    const other = changed([...parts.slice(0, 2), 'AAAAAA', ...parts.slice(3)].join(' '));
    expect(await failure(masterKey, other, { env })).toContain('holds an SSH key, which is not the recipient');
    expect(await failure(masterKey, armor(Buffer.from(`${file.slice(0, -1)}x`, 'latin1')), { env })).toContain('tampered');
  });
});

describe('a recipient of SSH', () => {
  const message = (...parts: readonly (string | Uint8Array)[]): Uint8Array =>
    Buffer.concat(parts.flatMap((part) => [Uint8Array.of(0, 0, 0, part.length), Buffer.from(part)]));
  const line = (type: string, blob: Uint8Array): string => `${type} ${Buffer.from(blob).toString('base64')} me`;
  const ed25519 = (...point: readonly number[]): Uint8Array =>
    message(
      'ssh-ed25519',
      Uint8Array.from({ length: 32 }, (_, at) => point[at] ?? 0),
    );

  it.each([
    [line('ssh-ed25519', ed25519(2)), 'it is not a point of the curve'],
    [line('ssh-ed25519', ed25519(1)), 'it is a point of low order'],
    ['ssh-rsa AAAAB3NzaC1yc2F= me', 'it is not canonical base64'],
    [line('ssh-ed25519', Uint8Array.of(...ed25519(3), 0)), 'it is cut off, or something follows it'],
    [line('ssh-ed25519', message('ssh-ed25519', 'x')), 'it is not a point of the curve'],
    [line('ssh-rsa', ed25519(3)), 'it says that it is ssh-rsa, and is ssh-ed25519'],
    [line('ssh-rsa', message('ssh-rsa', Uint8Array.of(1, 0, 1), new Uint8Array(128).fill(1))), 'age takes no RSA key with less than 2048'],
    [line('ssh-rsa', message('ssh-rsa', Uint8Array.of(1, 0, 1))), 'it is cut off, or something follows it'],
    [line('ssh-rsa', message('ecdsa-sha2-nistp256', 'x')), 'it is of kind ecdsa-sha2-nistp256: age takes only ssh-ed25519 and ssh-rsa'],
    ['ssh-dss AAAAB3NzaC1kc3M= me', 'it starts neither'],
    ['ssh-ed25519', 'it starts neither'],
  ])('%s is refused, by age too', async (recipient, why) => {
    await expect(client.wrap(dataKey, { kind: 'age', recipient }, testContext())).rejects.toMatchObject({
      code: 'MALFORMED_KEY',
      message: expect.stringContaining(why),
    });
    const age = peer('age');
    const refusal = age === undefined ? { status: 1 } : await run([age, '-r', recipient], { input: dataKey });
    expect(refusal.status).toBe(1);
  });
});
