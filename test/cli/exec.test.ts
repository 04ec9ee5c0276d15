import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ageIdentity, fill, type Ran, runProgram, startProgram, temporaryFolder } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const flat = 'a: hello\nn: 42\nf: 1.50\nb: true\ne: ""\nd: 2024-01-02\nmulti: "x\\ny"\n# c\n';
const isRoot = process.getuid?.() === 0;

describe.skipIf(lacks('sops', 'age-keygen'))('exec', () => {
  const folder = temporaryFolder('exec');
  let env: Record<string, string> = {};

  const ours = (...argv: readonly string[]): Ran => runProgram(program, argv, { cwd: folder, env });
  const theirs = (...argv: readonly string[]): Ran => runProgram([needed('sops')], argv, { cwd: folder, env });

  beforeAll(() => {
    const { identity, recipient } = ageIdentity();
    env = { SOPS_AGE_KEY: identity, SOPS_AGE_RECIPIENTS: recipient };
    const plain = {
      'flat.yaml': flat,
      'nested.yaml': 'db: {user: u, hosts: [h1, h2], none: null}\nz: null\n',
      'app.env': 'A=1\na=from env\n',
      'bad.yaml': '"x=y": 1\n',
      'nul.yaml': 'a: "x\\0y"\n',
      'twice.yaml': 'a: {b: 1}\na_b: 2\n',
      'config.json': '{"k": "v"}\n',
    };
    fill(folder, plain);
    for (const name of Object.keys(plain)) fill(folder, { [`s.${name}`]: theirs('encrypt', name).stdout });
  });

  describe('exec-env --mask', () => {
    it('masks values, lines of them and base64 in both streams, and passes on input and status', () => {
      const line = 'cat; echo "$a there"; printf "%s" "$multi" >&2; printf "user:%s" "$a" | base64; exit 7';
      const ran = runProgram(program, ['exec-env', '--mask', '--only', 'a,multi', 's.flat.yaml', line], {
        cwd: folder,
        env,
        input: 'asked\n',
      });
      expect(ran).toMatchObject({ status: 7, stderr: '***' });
      expect(ran.stdout).toMatch(/^asked\n\*\*\* there\ndXNlcjp\S?\*\*\*\S{0,3}\n$/);
    });

    it('ends where nobody reads any more, and with the signal of its command', () => {
      const quoted = program.map((word) => `'${word}'`).join(' ');
      const piped = runProgram(['bash', '-c'], [`${quoted} exec-env --mask s.flat.yaml 'yes "$a"' | head -n 1; echo "\${PIPESTATUS[0]}"`], {
        cwd: folder,
        env,
      });
      expect(piped.stdout).toMatch(/^\*\*\*\n(?:141|1|0)\n$/);
      expect(ours('exec-env', '--mask', 's.flat.yaml', 'kill -TERM $$')).toMatchObject({ status: 143, stdout: '' });
    });

    it.each(['--background', '--same-process'])('is not for %s', (flag) => {
      expect(ours('exec-env', '--mask', flag, 's.flat.yaml', 'true').status).not.toBe(0);
    });
  });

  describe('exec-env', () => {
    it.each([["env | sort | grep -E '^(a|n|f|b|e|d|multi|y)='"], ['printf "%s|" "$a" "$multi"'], ['exit 7'], ['cat nothing-there']])(
      'gives a command what sops gives it: %s',
      (line) => {
        const [one, other] = [ours('exec-env', 's.flat.yaml', line), theirs('exec-env', 's.flat.yaml', line)];
        expect(one.stdout).toBe(other.stdout);
        expect(one.status).toBe(other.status);
      },
    );

    it.each([
      [['exec-env', 's.flat.yaml']],
      [['exec-env', 's.flat.yaml', 'env', 'more']],
      [['exec-env', 'none.yaml', 'true']],
      [['exec-env', 'flat.yaml', 'true']],
      [['exec-env', '--background', '--same-process', 's.flat.yaml', 'true']],
      [['exec-env', '--user', 'nobody-of-that-name', 's.flat.yaml', 'true']],
    ])('fails with the status of sops: %j', (argv) => {
      expect(ours(...argv).status).toBe(theirs(...argv).status);
      expect(ours(...argv).stdout).toBe('');
    });

    it('gives the decrypted values alone with --pristine', () => {
      const names = (text: string): readonly string[] =>
        text
          .split('\n')
          .map((line) => line.split('=')[0] ?? '')
          .toSorted();
      const [one, other] = [ours('exec-env', '--pristine', 's.flat.yaml', 'env'), theirs('exec-env', '--pristine', 's.flat.yaml', 'env')];
      expect(names(one.stdout)).toEqual(names(other.stdout));
      expect(one.stdout).not.toContain('SOPS_AGE_KEY');
    });

    it('runs a program with its words, and no shell between', () => {
      expect(ours('exec-env', 's.flat.yaml', '--', 'printenv', 'a', 'multi').stdout).toBe('hello\nx\ny\n');
      expect(ours('exec-env', 's.flat.yaml', '--', 'echo', '$a', '*', '; false').stdout).toBe('$a * ; false\n');
      expect(ours('exec-env', 's.flat.yaml', '--', 'echo $a').stdout).toBe('hello\n');
    });

    it('takes several files, and what a later one says', () => {
      expect(ours('exec-env', 's.flat.yaml', 's.app.env', '--', 'printenv', 'A', 'a', 'n').stdout).toBe('1\nfrom env\n42\n');
    });

    it('joins the keys of nested maps and lists, and leaves nulls out, where sops refuses or says <nil>', () => {
      const { stdout } = ours('exec-env', '--pristine', 's.nested.yaml', '--', '/usr/bin/env');
      expect(stdout.split('\n').toSorted().join(' ').trim()).toBe('db_hosts_0=h1 db_hosts_1=h2 db_user=u');
    });

    it('chooses and prefixes variables', () => {
      const { stdout } = ours('exec-env', '--pristine', '--only', 'a, n', '--prefix', 'APP_', 's.flat.yaml', '--', '/usr/bin/env');
      expect(stdout.split('\n').toSorted().join(' ').trim()).toBe('APP_a=hello APP_n=42');
      const missing = ours('exec-env', '--only', 'mult', 's.flat.yaml', 'true');
      expect(missing.status).toBe(1);
      expect(missing.stderr).toContain('did you mean multi?');
    });

    it.each(['bad.yaml', 'nul.yaml', 'twice.yaml'])('refuses what no environment holds, without the value: %s', (name) => {
      const { status, stderr } = ours('exec-env', `s.${name}`, 'true');
      expect(status).not.toBe(0);
      expect(stderr).not.toContain('internal error');
    });

    it('says that a program is not there', () => {
      const { status, stderr } = ours('exec-env', 's.flat.yaml', '--', 'no-such-program', 'x');
      expect(status).toBe(127);
      expect(stderr).toContain('there is no such program');
    });

    it('answers the signal that ended the command', () => {
      expect(ours('exec-env', 's.flat.yaml', 'kill -TERM $$').status).toBe(128 + 15);
    });

    it.each(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR2'] as const)('passes %s on and waits for the command', async (signal) => {
      const name = signal.slice(3);
      const { child, output, ended } = startProgram(
        program,
        ['exec-env', 's.flat.yaml', `trap 'echo got ${name}; exit 9' ${name}; echo ready; while :; do sleep 0.05; done`],
        { cwd: folder, env },
      );
      while (!output().includes('ready')) await sleep(20);
      child.kill(signal);
      expect(await ended).toBe(9);
      expect(output()).toContain(`got ${name}`);
    });

    it('starts a command in the background and does not wait', async () => {
      const { status, stderr } = ours('exec-env', '--background', 's.flat.yaml', 'sleep 0.3; echo "$a" > background');
      expect(status).toBe(0);
      expect(stderr).toContain('--background option is deprecated');
      expect(existsSync(`${folder}/background`)).toBe(false);
      for (let tries = 0; tries < 100 && !existsSync(`${folder}/background`); tries++) await sleep(50);
      expect(existsSync(`${folder}/background`)).toBe(true);
    });

    it('runs in the place of this process where it can, else the same', () => {
      expect(ours('exec-env', '--same-process', 's.flat.yaml', 'echo $a; exit 3')).toMatchObject({ stdout: 'hello\n', status: 3 });
    });

    it.skipIf(!isRoot)('becomes another user with the groups of that user, as sops does', () => {
      const argv = ['exec-env', '--user', 'nobody', 's.flat.yaml', 'id; echo $HOME $USER $LOGNAME; echo $a'];
      expect(ours(...argv)).toEqual(theirs(...argv));
    });
  });

  describe('exec-file', () => {
    it.each([[[]], [['--no-fifo']], [['--output-type', 'json']], [['--filename', 'x.yaml']]])(
      'gives a command the file that sops gives it: %j',
      (flags) => {
        const line = 'cat {}; basename {} | sed "s/[0-9]*$//"; stat -c %a {} $(dirname {}); exit 5';
        const [one, other] = [ours('exec-file', ...flags, 's.flat.yaml', line), theirs('exec-file', ...flags, 's.flat.yaml', line)];
        expect({ status: one.status, text: one.stdout.split('tmp-file')[1] }).toEqual({
          status: other.status,
          text: other.stdout.split('tmp-file')[1],
        });
        expect(one.status).toBe(5);
      },
    );

    it('comes back byte for byte, and is a pipe unless a file is wanted', () => {
      expect(ours('exec-file', 's.flat.yaml', 'test -p {} && cat {}').stdout).toContain('a: hello');
      expect(ours('exec-file', '--no-fifo', 's.flat.yaml', 'test -f {} && cat {}').stdout).toContain('a: hello');
    });

    it('takes several files, {} for all of them or {1} for one', () => {
      expect(ours('exec-file', 's.app.env', 's.config.json', '--', 'cat', '{}').stdout).toBe('A=1\na=from env\n{\n\t"k": "v"\n}\n');
      expect(ours('exec-file', 's.app.env', 's.config.json', '--', 'sh', '-c', 'cat {2} > /dev/null; cat {1}').stdout).toBe(
        'A=1\na=from env\n',
      );
    });

    it.each(['../x', '/etc/x', ''])('refuses the name %j that is not in its folder', (name) => {
      const argv = ['exec-file', '--no-fifo', `--filename=${name}`, 's.flat.yaml', 'true'];
      expect(ours(...argv).status).toBe(theirs(...argv).status);
    });

    it.each([[[]], [['--no-fifo']]])('takes the file away when the command ends, read or not, and when it is ended: %j', async (flags) => {
      const unread = ours('exec-file', ...flags, 's.flat.yaml', 'echo {}');
      expect(existsSync(dirname(unread.stdout.trim()))).toBe(false);
      const { child, output, ended } = startProgram(
        program,
        ['exec-file', ...flags, 's.flat.yaml', 'echo {}; while :; do sleep 0.05; done'],
        { cwd: folder, env },
      );
      while (!output().includes('\n')) await sleep(20);
      const place = dirname(output().trim());
      expect(existsSync(place)).toBe(true);
      child.kill('SIGTERM');
      expect(await ended).toBe(128 + 15);
      expect(existsSync(place)).toBe(false);
    });

    it('is not stopped by a large file that the command does not read to its end', () => {
      fill(folder, { 'large.yaml': `a: ${'x'.repeat(300_000)}\n` });
      fill(folder, { 's.large.yaml': theirs('encrypt', 'large.yaml').stdout });
      expect(ours('exec-file', 's.large.yaml', 'head -c 3 {}').stdout).toBe('a: ');
      expect(ours('exec-file', 's.large.yaml', 'wc -c < {}').stdout.trim()).toBe('300004');
    });
  });

  describe('exec-file, treated badly', () => {
    const five = ['s.flat.yaml', 's.app.env', 's.config.json', 's.flat.yaml', 's.app.env'];

    it('does not wait for ever for pipes that nobody reads, however many', () => {
      expect(ours('exec-file', ...five, '--', 'true', '{}').status).toBe(0);
    });

    it('fills pipes in whatever order they are read', () => {
      expect(ours('exec-file', ...five, '--', 'sh', '-c', 'cat "$5" "$3" "$1"', 'sh', '{}')).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^A=1\na=from env\n\{[^]*a: hello/),
      });
    });

    it.each(['rm {}', 'mv {} {}x', 'rm -r $(dirname {})', 'mkdir $(dirname {})/more', 'chmod 500 $(dirname {})'])(
      'lets the command do what it likes to the file: %s',
      (line) => {
        for (const flags of [[], ['--no-fifo']])
          expect(ours('exec-file', ...flags, 's.flat.yaml', `${line}; exit 4`)).toMatchObject({ status: 4, stderr: '' });
      },
    );

    it('takes a name with signs that mean something in a replacement', () => {
      expect(ours('exec-file', '--no-fifo', '--filename', "a$&$'b", 's.flat.yaml', '--', 'cat', '{}').stdout).toContain('a: hello');
    });

    it.each(['SIGALRM', 'SIGXCPU', 'SIGQUIT', 'SIGHUP'] as const)('takes the file away where %s ends it', async (signal) => {
      const { child, output, ended } = startProgram(program, ['exec-file', '--no-fifo', 's.flat.yaml', 'echo {}; exec sleep 20'], {
        cwd: folder,
        env,
      });
      while (!output().includes('\n')) await sleep(20);
      child.kill(signal);
      expect(await ended).toBeGreaterThan(128);
      expect(existsSync(dirname(output().trim()))).toBe(false);
    });

    it.skipIf(spawnSync('script', ['--version']).error !== undefined)(
      'passes no second SIGINT on where a terminal sends one itself',
      () => {
        const line = 'trap "echo GOT" INT; echo ready; n=0; while [ $n -lt 10 ]; do sleep 0.2; n=$((n+1)); done; echo end';
        fill(folder, { 'trap.sh': line, 'start.sh': `sleep 4 | ${program.join(' ')} exec-env s.flat.yaml -- sh trap.sh\n` });
        const { stdout } = spawnSync('sh', ['-c', `(sleep 1; printf '\\003'; sleep 3) | script -qec 'sh start.sh' /dev/null`], {
          cwd: folder,
          env: { ...process.env, ...env },
          encoding: 'utf8',
        });
        expect(stdout.match(/GOT|end/g)).toEqual(['GOT', 'end']);
      },
    );
  });

  it('leaves nothing in the folder of temporary files', () => {
    const { stdout } = spawnSync('sh', ['-c', 'ls -d /dev/shm/sopsmith-* 2>/dev/null; true'], { encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(readdirSync(folder).filter((name) => name.startsWith('sopsmith-'))).toEqual([]);
  });
});
