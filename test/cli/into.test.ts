// `encrypt --into OLD`.
import { statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fill, runProgram, textOf } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { recipients } from '../support/real-sops.ts';
import { sealedFolder } from '../support/sealed-folder.ts';
import { changedKeys } from '../operations/lines.ts';

const plain = 'db:\n  user: shop # who\n  password: "old"\nhosts: [a, b]\n';
const withNew = plain.replace('old', 'new');

describe.skipIf(lacks('sops', 'age-keygen'))('encrypt --into', () => {
  const { path, env, ours, theirs } = sealedFolder('into', { 'old.yaml': plain, 'old.json': '{\n\t"a": "x",\n\t"b": 1\n}\n' });
  const oldText = (): string => textOf(path, 'old.yaml');
  const changes = (sealed: string): readonly string[] => changedKeys(oldText(), sealed).filter((key) => key !== 'lastmodified');

  test('prints the successor, the old file itself where nothing changed', () => {
    fill(path, { 'plain.yaml': plain, 'new.yaml': withNew });
    expect(ours('encrypt', '--into', 'old.yaml', 'plain.yaml')).toEqual({ status: 0, stdout: oldText(), stderr: '' });
    const { status, stdout, stderr } = ours('encrypt', '--into', 'old.yaml', 'new.yaml');
    expect([status, stderr, changes(stdout)]).toEqual([0, '', ['password', 'mac']]);
    fill(path, { 'made.yaml': stdout });
    expect(ours('decrypt', 'made.yaml').stdout).toBe(withNew);
    expect(theirs('decrypt', 'made.yaml').stdout).toContain('password: new');
  });

  test('takes standard input for what the old file is', () => {
    const { status, stdout } = runProgram(program, ['encrypt', '--into', 'old.yaml'], { cwd: path, env, input: withNew });
    expect([status, changes(stdout)]).toEqual([0, ['password', 'mac']]);
    const both = runProgram(program, ['encrypt', '--into', '/dev/stdin'], { cwd: path, env, input: withNew });
    expect(both.stderr).toContain('cannot both come from standard input');
  });

  test('writes the old file over, but not where nothing changed', () => {
    fill(path, { 'plain.yaml': plain, 'over.yaml': oldText() });
    const then = new Date(1_000_000_000_000);
    utimesSync(join(path, 'over.yaml'), then, then);
    const over = ['encrypt', '--into', 'over.yaml', '--output', 'over.yaml'];
    expect(ours(...over, 'plain.yaml')).toEqual({ status: 0, stdout: '', stderr: 'unchanged: this is over.yaml, byte for byte\n' });
    expect(statSync(join(path, 'over.yaml')).mtime).toEqual(then);
    fill(path, { 'plain.yaml': withNew });
    expect(ours(...over, 'plain.yaml')).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(changes(textOf(path, 'over.yaml'))).toEqual(['password', 'mac']);
    fill(path, { 'plain.yaml': plain });
    expect(ours('encrypt', '--into', 'old.yaml', '--in-place', 'plain.yaml').stderr).toBe('unchanged: this is old.yaml, byte for byte\n');
    expect(textOf(path, 'plain.yaml')).toBe(oldText());
  });

  test('goes by the old file for whom and what to encrypt, unless flags or its rule say', () => {
    const bare = { ...env, SOPS_AGE_RECIPIENTS: '' };
    const [other] = recipients;
    const run = (...argv: readonly string[]): string => {
      const { status, stdout, stderr } = runProgram(program, ['encrypt', ...argv], { cwd: path, env: bare, input: withNew });
      expect(status, stderr).toBe(0);
      return stdout;
    };
    expect(changes(run('--into', 'old.yaml'))).toEqual(['password', 'mac']);
    const own = env['SOPS_AGE_RECIPIENTS'] ?? '';
    expect(run('--into', 'old.yaml', '--age', `${own},${other}`)).toContain(other);
    expect(run('--into', 'old.yaml', '--encrypted-regex', '^password$')).toMatch(/user: shop # who\n {2}password: "ENC\[/);
    fill(path, {
      'ruled/.sops.yaml': `creation_rules:\n  - path_regex: old\\.yaml$\n    age: ${own},${other}\n    encrypted_regex: ^password$\n`,
    });
    fill(path, { 'ruled/old.yaml': oldText() });
    expect(runProgram(program, ['encrypt', '--into', 'old.yaml'], { cwd: join(path, 'ruled'), env: bare, input: withNew }).stdout).toMatch(
      new RegExp(`user: shop # who[^]*${other}[^]*encrypted_regex: `),
    );
  });

  test('warns where it must encrypt afresh, which --strict makes an error', () => {
    fill(path, { 'plain.yaml': plain });
    const argv = ['encrypt', '--into', 'old.yaml', '--age', recipients[0], 'plain.yaml'];
    const { status, stdout, stderr } = ours(...argv);
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(
        /^Warning: plain.yaml: encrypted under a new data key, not as the successor of old.yaml: it is no longer for age1/,
      ),
    ]);
    expect(stdout).not.toContain(/user: (ENC\S+)/.exec(oldText())?.[1]);
    expect(ours(...argv, '--strict')).toMatchObject({ stdout: '', stderr: expect.stringContaining('encrypted under a new data key') });
  });

  test('keeps the format of the old file, and reads what the plaintext is called', () => {
    fill(path, { 'plain.yaml': 'a: y\nb: 1\n' });
    const { status, stdout } = ours('encrypt', '--into', 'old.json', 'plain.yaml');
    expect([status, changedKeys(textOf(path, 'old.json'), stdout).filter((key) => key !== 'lastmodified')]).toEqual([0, ['a', 'mac']]);
  });

  test.each<[readonly string[], RegExp]>([
    [['--into', 'none.yaml', 'plain.yaml'], /cannot operate on non-existent file/],
    [['--into', 'old.yaml', 'none.yaml'], /cannot operate on non-existent file/],
    [['--into', 'plain.yaml', 'plain.yaml'], /sops metadata not found/],
    [['--into', 'old.yaml', 'old.yaml'], /already encrypted/],
    [['--into', 'old.yaml', '--in-place', 'plain.yaml', 'old.json'], /--into names the earlier version of one file/],
  ])('%j is refused, and nothing is written', (argv, why) => {
    fill(path, { 'plain.yaml': plain });
    const { status, stdout, stderr } = ours('encrypt', ...argv);
    expect([status === 0, stdout, stderr]).toEqual([false, '', expect.stringMatching(why)]);
    expect([textOf(path, 'plain.yaml'), oldText().includes(plain)]).toEqual([plain, false]);
  });
});
