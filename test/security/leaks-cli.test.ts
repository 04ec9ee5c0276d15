// What the program says holds no value: of broken files, wrong words, failing editors, and its own defects; with --verbose as well.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ageIdentity, fill, runProgram, temporaryFolder } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';

const marker = 'zqxjvkzqxjvk';
const isLeak = (said: string): boolean => /zqx|qxj|xjv|jvk|vkz|kzq/.test(said);

describe.skipIf(lacks('age-keygen'))('nothing said on standard error shows a value', () => {
  const folder = temporaryFolder('leaks');
  const { identity, recipient } = ageIdentity();
  const env = { SOPS_AGE_KEY_FILE: 'identity.txt' };
  fill(folder, {
    'identity.txt': identity,
    '.sops.yaml': `creation_rules:\n  - age: ${recipient}\n`,
    'plain.yaml': `a: ${marker}\nb:\n  - ${marker}\n  - c: "${marker}"\n`,
    'broken.yaml': `a: ${marker}\nb: "${marker}\nc: [${marker}\n`,
    'broken.json': `{"a": "${marker}", "b": ${marker}}`,
    'broken.env': `A=${marker}\n${marker} ${marker}\n`,
    'broken.ini': `[s\na = ${marker}\n${marker}\n`,
    'broken.sh': `#!/bin/sh\nprintf 'a: "${marker}\\n' > "$1"\nexit 3\n`,
    'spoil.sh': `#!/bin/sh\nprintf 'a: "${marker}\\n' > "$1"\n`,
    'sops-key.sh': '#!/bin/sh\nprintf "sops: %s" "$0" > "$1"\n',
  });
  const run = (argv: readonly string[], more: Readonly<Record<string, string>> = {}, input = ''): ReturnType<typeof runProgram> =>
    runProgram(program, argv, { cwd: folder, env: { ...env, ...more }, input });
  run(['encrypt', '--output', 'sealed.yaml', 'plain.yaml']);
  const sealed = readFileSync(join(folder, 'sealed.yaml'), 'utf8');
  fill(folder, {
    'clear.yaml': sealed.replace(/^a: .*$/m, `a: ${marker}`),
    'removed.yaml': sealed.replace(/^a: .*\n/m, ''),
    'conflict.yaml': sealed.replace(/^a: .*$/m, `<<<<<<< ours\na: ${marker}\n=======\na: ${marker}\n>>>>>>> theirs`),
  });

  const cases: readonly (readonly [argv: readonly string[], env?: Readonly<Record<string, string>>, input?: string])[] = [
    ...['yaml', 'json', 'env', 'ini'].flatMap((ending) => [
      [['encrypt', `broken.${ending}`]] as const,
      [['decrypt', `broken.${ending}`]] as const,
    ]),
    [['decrypt', 'clear.yaml']],
    [['decrypt', 'removed.yaml']],
    [['decrypt', 'conflict.yaml']],
    [['decrypt', '--extract', '["b"]["c"]', 'sealed.yaml']],
    [['decrypt', '--extract', '["a"]["x"]', 'sealed.yaml']],
    [['decrypt', '--output-type', 'dotenv', 'sealed.yaml']],
    [['decrypt', '--output-type', 'ini', 'sealed.yaml']],
    [['decrypt', '--output-type', 'binary', 'sealed.yaml']],
    [['decrypt', '--input-type', 'json', 'plain.yaml']],
    [['encrypt', '--encrypted-regex', '(', 'plain.yaml']],
    [['encrypt', '--encrypted-regex', 'a', '--unencrypted-regex', 'b', 'plain.yaml']],
    [['encrypt', '--output-type', 'ini', 'plain.yaml']],
    [['set', 'sealed.yaml', '["a"]', marker]],
    [['set', 'sealed.yaml', '["a"]', `{"x": ${marker}}`]],
    [['set', 'sealed.yaml', '["a"', `"${marker}"`]],
    [['set', '--value-stdin', 'sealed.yaml', '["a"]'], {}, marker],
    [['set', 'sealed.yaml', '["a"]', '["b"]', marker, '"x"']],
    [['set', 'sealed.yaml', '["a"]', '"x"', '["b"]', marker]],
    [['set', 'sealed.yaml', '["a"]["x"][+]', '1', '["a"][+]', '1']],
    [['move', 'sealed.yaml', '["a"]', '["b"]["c"]']],
    [['move', 'sealed.yaml', '["b"]', '["a"]["x"]']],
    [['find', 'b[9]', 'broken.yaml', 'clear.yaml']],
    [['export', '--format', 'tfvars', '--prefix', '1', 'sealed.yaml']],
    [['export', '--format', 'k8s-secret', 'sealed.yaml']],
    [['--set', `["a"] ${marker}`, 'sealed.yaml']],
    [['--set', `["a"]${marker}`, 'sealed.yaml']],
    [['edit', 'sealed.yaml'], { EDITOR: 'sh broken.sh' }],
    [['edit', 'sealed.yaml'], { EDITOR: 'sh spoil.sh' }],
    [['edit', 'sealed.yaml'], { EDITOR: 'nowhere' }],
    [['decrypt', 'sealed.yaml'], { SOPS_AGE_KEY_FILE: 'none', SOPS_AGE_KEY: `AGE-SECRET-KEY-${marker}` }],
    [['encrypt', '--age', `AGE-SECRET-KEY-1${marker}`, 'plain.yaml']],
  ];

  it.each(cases.map(([argv, more, input], at) => ({ title: `${at}: ${argv.join(' ').replaceAll(marker, '…')}`, argv, more, input })))(
    '$title',
    ({ argv, more, input }) => {
      const { status, stdout, stderr } = run([...argv, '--verbose'], more, input);
      expect(status).not.toBe(0);
      expect(isLeak(stderr), stderr).toBe(false);
      expect(stdout).toBe('');
      expect(stderr).not.toMatch(/internal error/);
    },
  );

  it('leaves no plaintext behind on disk', () => {
    const left = readdirSync(folder).filter(
      (name) => !/^(plain|broken|clear|conflict|spoil)/.test(name) && isLeak(readFileSync(join(folder, name), 'utf8')),
    );
    expect(left).toEqual([]);
  });
});

it.each(['', 'beVerbose();'])('a defect of the program is told by its kind, never by its message (%s)', (first) => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const code = `import { beVerbose, reportError } from './src/cli/report.ts'; ${first}
    for (const error of [new SyntaxError('Unexpected token ${marker}\\n    at ${marker} (${marker}:1:1)'), new Error('${marker}', { cause: '${marker}' }), '${marker}', Object.assign(new TypeError('x'), { code: '${marker}' })]) reportError(error);`;
  const { stderr, status } = spawnSync(
    process.execPath,
    ['-C', 'source', '--import', './scripts/typescript.mjs', '--input-type=module', '-e', code],
    { cwd: root, encoding: 'utf8' },
  );
  expect(status).toBe(0);
  expect(stderr).toMatch(/internal error: SyntaxError/);
  expect(isLeak(stderr), stderr).toBe(false);
});
