// What a person sees and types: `script` (util-linux) gives the programs a terminal.
import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { agePlugin, pluginPairs, type PluginStep } from '../../peers/age-plugin.ts';
import { succeed } from '../../peers/run.ts';
import { sshKeyPair, type SshKeyPair } from '../../peers/ssh-keys.ts';
import { ageIdentity, startProgram, temporaryFolder, until } from '../../support/cli.ts';
import { lacks, needed } from '../../support/peers.ts';
import { program } from '../../support/program.ts';

const hasScript = spawnSync('sh', ['-c', 'script --version'], { encoding: 'utf8' }).stdout.includes('util-linux');
const passphrase = 'correct horse';
const plaintext = 'password: hunter2\n';
const [pair] = pluginPairs;

interface Shown {
  readonly status: number | null;
  readonly text: string;
}

/** Runs a program at a terminal; whenever the terminal shows a question, its answer is typed. */
async function atTerminal(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  answers: readonly (readonly [question: string, typed: string])[] = [],
): Promise<Shown> {
  const line = command.map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', `${line} < /dev/null`, '/dev/null'], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TERM: 'dumb', ...env },
    timeout: 30_000,
  });
  let text = '';
  let seen = 0;
  const left = [...answers];
  return new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const [question, typed] = left[0] ?? [];
      if (question === undefined || !text.slice(seen).includes(question)) return;
      seen = text.length;
      left.shift();
      setTimeout(() => child.stdin.write(typed), 100);
    });
    child.on('close', (status) => {
      resolve({ status, text: text.replaceAll('\r\n', '\n') });
    });
  });
}

describe.skipIf(!hasScript || lacks('age', 'age-keygen', 'age-plugin-batchpass', 'sops', 'ssh-keygen'))('at the terminal', () => {
  const home = temporaryFolder('terminal');
  const plugins = join(home, 'plugins');
  let ssh: SshKeyPair = { path: '', recipient: '' };
  const ours = [...program, 'decrypt'];
  const real = (): readonly string[] => [needed('sops'), 'decrypt'];

  beforeAll(async () => {
    const { identity, recipient } = ageIdentity();
    ssh = await sshKeyPair(home, 'key', '-t ed25519', passphrase);
    await mkdir(join(home, '.ssh'));
    for (const suffix of ['', '.pub']) await cp(ssh.path + suffix, join(home, `.ssh/id_ed25519${suffix}`));
    await writeFile(join(home, 'plain.yaml'), plaintext);
    await writeFile(join(home, 'identity.txt'), identity);
    const path = [dirname(needed('age-plugin-batchpass')), process.env['PATH']].join(delimiter);
    const locking = { PATH: path, AGE_PASSPHRASE: passphrase, AGE_PASSPHRASE_WORK_FACTOR: '10' };
    await succeed([needed('age'), '-e', '-a', '-j', 'batchpass', '-o', join(home, 'locked.age'), join(home, 'identity.txt')], {
      env: locking,
    });
    const env = agePlugin(plugins);
    for (const [name, key] of [
      ['ssh', ssh.recipient],
      ['x25519', recipient],
      ['plugin', pair.recipient],
    ] as const) {
      const words = ['--config', '/dev/null', 'encrypt', '--age', key, '--output', join(home, `${name}.yaml`), join(home, 'plain.yaml')];
      await succeed([needed('sops'), ...words], { env });
    }
  });

  const withSteps = (steps: readonly PluginStep[]): Readonly<Record<string, string>> => ({
    ...agePlugin(plugins, steps),
    SOPS_AGE_KEY: pair.identity,
  });

  it('the passphrase of ~/.ssh/id_ed25519 is asked for, as real sops asks', async () => {
    const answers = [['Enter passphrase for', `${passphrase}\r`]] as const;
    for (const command of [real(), ours]) {
      const { status, text } = await atTerminal([...command, 'ssh.yaml'], home, {}, answers);
      expect([status, text.endsWith(plaintext)]).toEqual([0, true]);
      expect(text).toContain(`.ssh/id_ed25519`);
      expect(text).not.toContain(passphrase);
    }
  });

  it('the passphrase of a file of identities is asked for, as real sops asks', async () => {
    const answers = [['Enter passphrase for identity', `${passphrase}\r`]] as const;
    for (const command of [real(), ours]) {
      const { status, text } = await atTerminal([...command, 'x25519.yaml'], home, { SOPS_AGE_KEY_FILE: 'locked.age' }, answers);
      expect([status, text.endsWith(plaintext)]).toEqual([0, true]);
    }
  });

  it('a wrong passphrase is said, and is not shown', async () => {
    const { status, text } = await atTerminal([...ours, 'ssh.yaml'], home, {}, [['Enter passphrase for', 'battery staple\r']]);
    expect(status).toBe(128);
    expect(text.replaceAll(/\s+\|?\s*/g, ' ')).toContain('could not be opened: the passphrase is wrong');
    expect(text).not.toContain('staple');
  });

  it('Ctrl+C at a question ends it all', async () => {
    const { status, text } = await atTerminal([...ours, 'ssh.yaml'], home, {}, [['Enter passphrase for', '\u0003']]);
    expect(status).not.toBe(0);
    expect(text).toContain('user cancelled the operation');
    expect(text).not.toContain('hunter2');
  });

  it('a plugin talks with the person', async () => {
    const steps: readonly PluginStep[] = [
      ['ask', 'msg', 'please touch \u001B[2Jyour key'],
      ['ask', 'request-secret', 'PIN?', 'ok 1234'],
      ['ask', 'request-public', 'Name?', 'ok me'],
      ['ask', 'confirm', 'Sure?', 'ok yes', 'Yes', 'No'],
    ];
    const answers = [
      ['PIN?', '1234\r'],
      ['Name?', 'me\r'],
      ['Sure?', '3\r'],
      ['Sure?', '1\r'],
    ] as const;
    const { status, text } = await atTerminal([...ours, 'plugin.yaml'], home, withSteps(steps), answers);
    expect([status, text.endsWith(plaintext)]).toEqual([0, true]);
    expect(text).toContain(String.raw`age-plugin-test: please touch \u001b[2Jyour key`);
    expect(text).toContain("age-plugin-test: Sure? (type 1 for 'Yes' or 2 for 'No') 1");
    expect(text).not.toContain('1234');
  });

  it('a plugin that is waited for is named', async () => {
    const { text } = await atTerminal([...ours, 'plugin.yaml'], home, withSteps([['wait', '5500']]));
    expect(text).toBe(`waiting for age-plugin-test...\n${plaintext}`);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends the program and a plugin that does not want to end', async (signal) => {
    const mark = `mark-${signal}-${process.pid}`;
    const { child, ended } = startProgram(ours, ['plugin.yaml'], { cwd: home, env: { ...withSteps([['hang']]), MARK: mark } });
    const isRunning = (): boolean =>
      spawnSync('sh', ['-c', `grep -lz 'MARK=${mark}' /proc/[0-9]*/environ | grep -v "/$$/"`])
        .stdout.toString()
        .split('\n').length > 2;
    await until(isRunning);
    await new Promise((resolve) => void setTimeout(resolve, 700));
    const start = performance.now();
    child.kill(signal);
    expect(await ended).toBe(signal);
    expect(performance.now() - start).toBeLessThan(3000);
    await until(() => !isRunning());
  });

  it('without one, each says that it cannot ask', async () => {
    const without = (file: string, env: Readonly<Record<string, string>>): string => {
      const { status, stderr } = spawnSync('setsid', ['-w', ...ours, file], {
        cwd: home,
        env: { PATH: process.env['PATH'], HOME: home, ...env },
        encoding: 'utf8',
        timeout: 20_000,
      });
      expect(status).toBe(128);
      return stderr.replaceAll(/\s+\|?\s*/g, ' ');
    };
    expect(without('ssh.yaml', {})).toContain('is protected by a passphrase, and there is no terminal to ask for it');
    expect(without('x25519.yaml', { SOPS_AGE_KEY_FILE: 'locked.age' })).toContain(
      'is protected by a passphrase, and there is no terminal to ask for it',
    );
    expect(without('plugin.yaml', withSteps([['ask', 'request-secret', 'PIN?', 'ok 1234']]))).toContain(
      'the answer to request-secret was fail',
    );
  });
});
