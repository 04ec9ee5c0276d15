// What each shell makes of the script that is meant for it, read from a file and from a pipe.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Exporter } from '../../src/export/exporter.ts';
import { fish } from '../../src/export/fish.ts';
import { sh } from '../../src/export/sh.ts';
import { temporaryFolder } from '../support/cli.ts';
import { lacks, needed, type PeerName } from '../support/peers.ts';
import { exported, refuses, taken, variables } from '../support/variables.ts';

interface Shell {
  readonly name: PeerName | 'sh' | 'bash' | 'dash';
  readonly exporter: Exporter;
  /** Ways to take a script: a command line on which `$1` is its file. */
  readonly ways: readonly string[];
  /** Words before the command line. */
  readonly words: readonly string[];
}

const posix = ['. "$1"; exec env -0', 'eval "$(cat "$1")"; exec env -0'];
const shells: readonly Shell[] = [
  { name: 'dash', exporter: sh, ways: posix, words: ['-c'] },
  { name: 'bash', exporter: sh, ways: [...posix, 'source <(cat "$1"); exec env -0'], words: ['-c'] },
  { name: 'zsh', exporter: sh, ways: [...posix, 'setopt rcquotes; . "$1"; exec env -0'], words: ['-f', '-c'] },
  {
    name: 'fish',
    exporter: fish,
    ways: ['source $argv[2]; exec env -0', 'cat $argv[2] | source; exec env -0', 'eval (cat $argv[2]); exec env -0'],
    words: ['--no-config', '-c'],
  },
];

const there = ({ name }: Shell): boolean =>
  name === 'zsh' || name === 'fish' ? !lacks(name) : spawnSync(name, ['-c', 'true']).status === 0;
const pathOf = ({ name }: Shell): string => (name === 'zsh' || name === 'fish' ? needed(name) : name);

describe.each(shells)('$name', (shell) => {
  const folder = temporaryFolder('shells');
  const { exporter, words, ways } = shell;

  function given(script: string, way: string, locale: string): ReadonlyMap<string, string> {
    const file = join(folder, 'script');
    writeFileSync(file, script);
    const { stdout, stderr } = spawnSync(pathOf(shell), [...words, way, 'name', file], {
      env: { PATH: process.env['PATH'], LC_ALL: locale, HOME: folder },
    });
    expect(stderr.toString()).toBe('');
    const pairs = stdout
      .toString()
      .split('\0')
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] as const);
    return new Map(pairs);
  }

  test.runIf(there(shell)).each(ways)('gets the very bytes by %s', (way) => {
    fc.assert(
      fc.property(variables, fc.constantFrom('C.UTF-8', 'C'), (all, locale) => {
        const wanted = taken(exporter, all);
        const found = given(exported(exporter, wanted).text, way, locale);
        for (const [name, text] of wanted) expect(found.get(name), name).toBe(text);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a shell script', () => {
  it.each(['1a', 'a-b', 'a.b', 'é', 'a b', 'a;b', 'UID', 'RANDOM'])('has no variable %j', (name) => {
    expect(refuses(sh, name, 'secret')).toBe(true);
  });

  it.each(['1-a', 'a.b', 'status', 'PWD'])('has no variable %j in fish', (name) => {
    expect(refuses(fish, name, 'secret')).toBe(true);
  });

  it('holds any text in any of the shells', () => {
    fc.assert(
      fc.property(variables, (all) => {
        expect(taken(sh, all)).toEqual(all);
      }),
    );
  });

  it('warns of names that zsh takes for something else', () => {
    expect(exported(sh, new Map([['path', 'secret']])).warnings).toEqual([expect.stringContaining('path')]);
  });
});
