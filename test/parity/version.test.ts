// What wrappers ask sops before all else.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProgram, temporaryFolder } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const cwd = temporaryFolder('version');

/** Our program under the name of sops. */
function asSops(): readonly string[] {
  const link = join(cwd, 'sops');
  symlinkSync(program.at(-1) ?? '', link);
  return [...program.slice(0, -1), link];
}

describe.skipIf(lacks('sops'))('--version', () => {
  test('called sops, it answers as sops does', () => {
    const ours = asSops();
    const first = /^sops \d+\.\d+\.\d+(?=\s)/;
    const real = first.exec(runProgram([needed('sops')], ['--version', '--disable-version-check'], { cwd }).stdout)?.[0];
    for (const flag of ['--version', '-v']) {
      const { status, stdout, stderr } = runProgram(ours, [flag], { cwd });
      expect([status, first.exec(stdout)?.[0], stderr]).toEqual([0, real, '']);
    }
  });

  test.each([
    ['--version', '--disable-version-check'],
    ['--version', '--check-for-updates'],
    ['--disable-version-check', '-v'],
  ])('nothing is looked up', (...argv) => {
    const env = { HTTPS_PROXY: 'http://127.0.0.1:1', SOPS_DISABLE_VERSION_CHECK: 'false' };
    expect(runProgram(program, argv, { cwd, env })).toMatchObject({ status: 0, stderr: '' });
  });
});

test.each([['groups'], ['completion']])('commands of commands show their help', (command) => {
  for (const argv of [
    [command, '--help'],
    [command, '-h'],
  ]) {
    const { status, stdout } = runProgram(program, argv, { cwd });
    expect([status, stdout.includes(command)]).toEqual([0, true]);
  }
});
