// Passphrases of identity files through a real gpg-agent, which real sops uses in the same way. Its pinentry is a script.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/age/client.ts';
import { type AgeKey, ageKey } from '../../../src/keysources/age/recipient.ts';
import { run, succeed } from '../../peers/run.ts';
import { ageIdentity, temporaryFolder } from '../../support/cli.ts';
import { lacks, needed } from '../../support/peers.ts';
import { testContext, type World } from '../context.ts';

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index);
const passphrase = 'correct horse, 100% süß + more';

describe.skipIf(lacks('gpg', 'age', 'age-keygen', 'age-plugin-batchpass', 'sops'))("gpg's agent", () => {
  // Not os.tmpdir(), which can be long: the path of a socket has at most 107 bytes.
  const home = mkdtempSync('/tmp/g');
  const folder = temporaryFolder('agent');
  let masterKey: AgeKey = { kind: 'age', recipient: '' };
  let wrapped = '';
  let env: Readonly<Record<string, string>> = {};
  const locked = join(folder, 'locked.age');
  const forgetAll = (): void => void spawnSync('gpgconf', ['--homedir', home, '--reload', 'gpg-agent']);
  /** What pinentry answers, as it would say it. */
  const typing = (line: string): void => writeFileSync(join(home, 'answer'), `${line}\n`);
  const asked = (): number => readFileSync(join(home, 'asked'), 'utf8').length;

  beforeAll(async () => {
    const pinentry = join(home, 'pinentry');
    const script = `#!/bin/sh\necho 'OK hello'\nwhile read -r command rest; do case $command in GETPIN) printf x >> '${home}/asked'; cat '${home}/answer'; case $(cat '${home}/answer') in ERR*) ;; *) echo OK;; esac;; BYE) echo OK; exit;; *) echo OK;; esac; done\n`;
    writeFileSync(pinentry, script, { mode: 0o755 });
    writeFileSync(join(home, 'gpg-agent.conf'), `pinentry-program ${pinentry}\n`);
    await succeed(['gpgconf', '--homedir', home, '--launch', 'gpg-agent']);
    const socket = (await succeed(['gpgconf', '--homedir', home, '--list-dirs', 'agent-socket'])).trim();
    env = { GPG_AGENT_INFO: `${socket}:0:1`, SOPS_AGE_KEY_FILE: locked, HOME: folder, TERM: 'dumb' };
    const { identity, recipient } = ageIdentity();
    masterKey = ageKey(recipient);
    wrapped = await client.wrap(dataKey, masterKey, testContext());
    const path = [dirname(needed('age-plugin-batchpass')), process.env['PATH']].join(delimiter);
    const locking = { PATH: path, AGE_PASSPHRASE: passphrase, AGE_PASSPHRASE_WORK_FACTOR: '10' };
    await succeed([needed('age'), '-e', '-a', '-j', 'batchpass', '-o', locked], { env: locking, input: Buffer.from(identity) });
  });
  afterAll(() => {
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'gpg-agent']);
    rmSync(home, { recursive: true, force: true });
  });
  beforeEach(() => {
    forgetAll();
    writeFileSync(join(home, 'asked'), '');
    typing(`D ${encodeURIComponent(passphrase)}`);
  });

  const outcome = async (world: World = {}): Promise<string> =>
    client.unwrap({ masterKey, wrapped }, testContext({ env, home: folder, ...world })).then(
      (opened) => (Buffer.from(opened).equals(dataKey) ? 'opened' : 'opened otherwise'),
      (error: unknown) => String(error),
    );
  const realSops = async (): Promise<number> => {
    const file = join(folder, 'real.json');
    const sealed = await succeed(
      [
        needed('sops'),
        '--config',
        '/dev/null',
        'encrypt',
        '--age',
        masterKey.recipient,
        '--input-type',
        'json',
        '--filename-override',
        'x.json',
      ],
      {
        input: Buffer.from('{"a":1}'),
      },
    );
    writeFileSync(file, sealed);
    return (await run([needed('sops'), 'decrypt', file], { env })).status;
  };

  it('is asked once, and remembers', async () => {
    const questions: string[] = [];
    expect(await outcome({ questions })).toBe('opened');
    expect(await outcome({ questions })).toBe('opened');
    expect([asked(), questions]).toEqual([1, []]);
  });

  it('remembers for us what it was asked by real sops, and the reverse', async () => {
    expect(await realSops()).toBe(0);
    expect(await outcome()).toBe('opened');
    expect(asked()).toBe(1);
    forgetAll();
    expect(await outcome()).toBe('opened');
    expect(await realSops()).toBe(0);
    expect(asked()).toBe(2);
  });

  it('forgets a wrong passphrase', async () => {
    typing('D battery');
    expect(await outcome()).toContain('could not be opened: the passphrase is wrong');
    typing(`D ${encodeURIComponent(passphrase)}`);
    expect(await outcome()).toBe('opened');
  });

  it('says so where none is given', async () => {
    typing('ERR 83886179 Operation cancelled <Pinentry>');
    expect(await outcome({ passphrase })).toContain('is protected by a passphrase, which was not given');
  });

  it('leaves it to the terminal where it cannot ask', async () => {
    typing('ERR 83886194 No terminal <Pinentry>');
    const questions: string[] = [];
    expect(await outcome({ passphrase, questions })).toBe('opened');
    expect(questions).toHaveLength(1);
  });

  it.each([
    ['does not run', undefined],
    ['says nothing that is known', 'hello\n'],
    ['is busy', 'ERR 1 busy\n'],
    ['goes away', ''],
    ['does not answer', 'silence'],
    ['floods', 'x'.repeat(1_000_000)],
    ['answers only comments, then goes', 'OK\n# hm\nS PROGRESS\n'],
  ])('that %s is done without', async (_, said) => {
    const path = join(home, 's');
    const server = createServer((socket) => {
      socket.on('error', () => undefined).resume();
      if (said === 'silence') return;
      socket.end(said ?? '');
    });
    if (said !== undefined) await new Promise<void>((resolve) => void server.listen(path, resolve));
    expect(await outcome({ env: { ...env, GPG_AGENT_INFO: path }, passphrase })).toBe('opened');
    await new Promise((resolve) => void server.close(resolve));
  });
});
