// What becomes of `path_regex` in attributes, beside the regular expression itself and the real git.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { globsOf } from '../../src/git/setup/path-globs.ts';
import { driverLine } from '../../src/git/setup/attributes.ts';
import { below, pick, type Random, seeded } from '../support/random.ts';
import { gitLab } from './lab.ts';

const lab = gitLab();
const top = lab.repository('globs');
afterAll(() => {
  lab.remove();
});

/** The paths that real git gives to the driver. */
function taken(lines: readonly string[], paths: readonly string[]): readonly string[] {
  writeFileSync(join(top, '.gitattributes'), `${lines.join('\n')}\n`);
  const input = paths.map((path) => `${path}\0`).join('');
  const told = execFileSync('git', ['-C', top, 'check-attr', '-z', '--stdin', 'diff'], { env: lab.env, input, encoding: 'utf8' }).split(
    '\0',
  );
  return paths.filter((_, at) => told[at * 3 + 2] === 'sopsmith');
}

const names = [
  'a',
  'b',
  'secrets',
  'x.enc.yaml',
  'x.yaml',
  '.yaml',
  'app.enc.json',
  'prod',
  'a b',
  '[x]',
  'yaml',
  'a.yml',
  'dev-1',
] as const;
function somePaths(random: Random): readonly string[] {
  return Array.from({ length: 60 }, () => Array.from({ length: 1 + below(random, 3) }, () => pick(random, names)).join('/'));
}

const pieces = [
  'a',
  'b',
  'secrets',
  String.raw`\.enc`,
  String.raw`\.ya?ml`,
  '/',
  '.*',
  '.+',
  '[^/]*',
  '[^/]+',
  '(prod|dev-1)',
  '(?:x|a )',
  '-',
  '[ab]',
  String.raw`\.`,
  String.raw`\[x\]`,
  String.raw`\d`,
] as const;
function expression(random: Random): string {
  const body = Array.from({ length: 1 + below(random, 5) }, () => pick(random, pieces)).join('');
  return `${pick(random, ['^', ''])}${body}${pick(random, ['$', ''])}`;
}

describe('patterns of rules', () => {
  it.each([
    [String.raw`\.enc\.yaml$`, ['*.enc.yaml']],
    [String.raw`^secrets/.*\.yaml$`, ['secrets/**/*.yaml']],
    [String.raw`secrets.yaml$`, ['*secrets?yaml']],
    [String.raw`.*\.(yaml|yml)$`, ['*.yaml', '*.yml']],
    [String.raw`^secrets\.ya?ml$`, ['/secrets.yaml', '/secrets.yml']],
    ['secrets/', ['**/*secrets/**']],
    ['(?i)secrets', undefined],
    ['^[a-z]+$', undefined],
    ['(a.*b.*){3}', undefined],
    ['(a|b)(c|d)(e|f)(g|h)(i|j)', undefined],
  ])('%s', (regex, globs) => {
    expect(globsOf(regex, '')).toEqual(globs);
  });

  it('take the files that the expression takes', () => {
    const seed = Number(process.env['SEED'] ?? 20_261_201);
    let translated = 0;
    const random = seeded(seed);
    for (let round = 0; round < 60; round++) {
      const regex = expression(random);
      const globs = globsOf(regex, '');
      if (globs === undefined) continue;
      translated += 1;
      const all = [...new Set(somePaths(random))];
      const wanted = all.filter((path) => new RegExp(regex).test(path));
      expect(taken(globs.map(driverLine), all), `seed ${seed}, ${regex} as ${globs.join(' ')}`).toEqual(wanted);
    }
    expect(translated).toBeGreaterThan(40);
  });

  it('are below the folder of the config file', () => {
    const all = [
      'sub dir/x.enc.yaml',
      'sub dir/deep/x.enc.yaml',
      'x.enc.yaml',
      'other/sub dir/x.enc.yaml',
      'sub dir/secrets/a.yaml',
      'secrets/a.yaml',
    ];
    const globs = [String.raw`\.enc\.yaml$`, '^secrets/.*'].flatMap((regex) => globsOf(regex, 'sub dir/') ?? []);
    expect(taken(globs.map(driverLine), all)).toEqual(['sub dir/x.enc.yaml', 'sub dir/deep/x.enc.yaml', 'sub dir/secrets/a.yaml']);
  });
});
