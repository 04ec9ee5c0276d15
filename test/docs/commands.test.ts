import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks, peerEnvironment } from '../support/peers.ts';
import { program } from '../support/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guides = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
const pages = ['README.md', ...guides.map((name) => `docs/${name}`)];
const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The blocks of a page that a reader would type. */
const blocksOf = (page: string): readonly string[] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);

/** Lines for npm are looked at, not run: they build, publish or install what runs this very test. */
const isForNpm = (block: string): boolean => block.startsWith('npm ');

describe.skipIf(lacks('age-keygen')).each(pages)('%s', (page) => {
  const home = mkdtempSync(join(tmpdir(), 'docs-'));
  const folder = join(home, 'repository');
  const bin = join(home, 'bin');
  const editor = join(bin, 'editor');
  const { NODE_EXTRA_CA_CERTS: _, ...environment } = peerEnvironment();
  const env = {
    ...environment,
    HOME: home,
    XDG_CONFIG_HOME: undefined,
    EDITOR: editor,
    SOPS_EDITOR: undefined,
    PATH: [bin, environment['PATH']].join(delimiter),
  };

  beforeAll(() => {
    for (const made of [folder, bin]) mkdirSync(made);
    writeFileSync(join(bin, 'sopsmith'), `#!/bin/sh\nexec ${program.map((word) => `'${word}'`).join(' ')} "$@"\n`, { mode: 0o755 });
    writeFileSync(editor, '#!/bin/sh\necho "# edited" >> "$1"\n', { mode: 0o755 });
  });
  afterAll(() => rmSync(home, { recursive: true }));

  it.each(blocksOf(page).filter((block) => !isForNpm(block)))('runs as it stands:\n%s', (block) => {
    const { status, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', block], { cwd: folder, env, encoding: 'utf8', input: '' });
    expect(stderr).not.toMatch(/error/i);
    expect(status, stderr).toBe(0);
  });

  it('names only npm scripts that there are', () => {
    const named = [...readFileSync(join(root, page), 'utf8').matchAll(/npm (?:run )?(?!run|install|ci)([a-z][a-z:]*)/g)].map(
      ([, name = '']) => name,
    );
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});
