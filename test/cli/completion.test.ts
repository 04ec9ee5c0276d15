import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram, temporaryFolder } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const folder = temporaryFolder('completion');
for (const name of ['sopsmith', 'sops']) {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\nexec ${program.map((word) => `'${word}'`).join(' ')} "$@"\n`);
  chmodSync(file, 0o755);
}
const env = { ...process.env, PATH: [folder, process.env['PATH']].join(delimiter), TERM: 'dumb', HOME: folder };
writeFileSync(join(folder, 'a-file.yaml'), 'a: 1\n');

const script = (shell: string): string => runProgram(program, ['completion', shell], { cwd: folder }).stdout;

/** What a shell offers behind a command line. */
type Offers = (line: string) => readonly string[];

const words = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((word) => word !== '')
    .toSorted();

const bash: Offers = (line) => {
  const typed = line.split(' ');
  const body = `${script('bash')}\nCOMP_WORDS=(${typed.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${typed.length - 1}\n_sopsmith_complete; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return words(spawnSync('bash', ['-c', body], { cwd: folder, env, encoding: 'utf8' }).stdout);
};

const zsh: Offers = (line) => {
  const typed = line.split(' ');
  const stubs = `compdef() { :; }\n_files() { print FILES; }\n_describe() { print -l -- "\${(@)\${(P)2}%%:*}"; }`;
  const body = `${stubs}\n${script('zsh')}\nwords=(${typed.map((word) => `'${word}'`).join(' ')}); CURRENT=${typed.length}\n_sopsmith_complete`;
  return words(spawnSync(needed('zsh'), ['-f', '-c', body], { cwd: folder, env, encoding: 'utf8' }).stdout);
};

const fish: Offers = (line) => {
  const body = `${script('fish')}\ncomplete --do-complete '${line}'`;
  const { stdout } = spawnSync(needed('fish'), ['--no-config', '-c', body], { cwd: folder, env, encoding: 'utf8' });
  return words(stdout).map((offer) => offer.split('\t')[0] ?? '');
};

const encryptFlags = ['--encrypted-comment-regex', '--encrypted-regex', '--encrypted-suffix', '--encryption-context'];

describe.each<[string, Offers, boolean]>([
  ['bash', bash, false],
  ['zsh', zsh, lacks('zsh')],
  ['fish', fish, lacks('fish')],
])('completion in %s', (_, offers, missing) => {
  it.skipIf(missing)('offers commands, words of commands, and flags', () => {
    expect(offers('sopsmith dec')).toContain('decrypt');
    expect(offers('sopsmith exec-')).toEqual(expect.arrayContaining(['exec-env', 'exec-file']));
    expect(offers('sopsmith groups ')).toEqual(expect.arrayContaining(['add', 'delete']));
    expect(offers('sopsmith encrypt --encryp')).toEqual(encryptFlags);
    expect(offers('sopsmith --config x.yaml encrypt --encryp')).toEqual(encryptFlags);
  });

  it.skipIf(missing)('leaves files to the shell', () => {
    expect(offers('sopsmith decrypt a-fi').filter((word) => word !== 'FILES' && word !== 'a-file.yaml')).toEqual([]);
  });
});

describe('completion', () => {
  it('is for the name that the program was called by', () => {
    expect(spawnSync('sops', ['completion', 'bash'], { env, encoding: 'utf8' }).stdout).toContain('sopsmith');
    expect(script('bash')).toContain('complete -o bashdefault -o default -F _sopsmith_complete sopsmith');
  });

  it('suggests a shell for one misspelled', () => {
    const { status, stderr } = runProgram(program, ['completion', 'bsh'], { cwd: folder });
    expect(status).toBe(1);
    expect(stderr).toContain('did you mean bash?');
  });

  it.skipIf(lacks('sops'))('answers the scripts of real sops with all that sops has, and more', () => {
    for (const argv of [[], ['groups']]) {
      const ask = (command: readonly string[]): readonly string[] =>
        words(runProgram(command, [...argv, '--generate-bash-completion'], { cwd: folder }).stdout);
      const theirs = ask([needed('sops')]).filter((word) => !['h', 'help', 'publish'].includes(word));
      expect(ask(program)).toEqual(expect.arrayContaining([...theirs]));
    }
  });
});
