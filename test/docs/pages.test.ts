// Every command line and file that the pages of docs show: run as they stand, the output compared where it is shown.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ageIdentity } from '../support/cli.ts';
import { lacks, peerEnvironment } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { fits, type Shown, stepsOf } from './shown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
const foreign = /^(SOPS|AWS_|EDITOR$|XDG_|GNUPGHOME$|NODE_)/;

/** A folder like that of a reader: a home with an identity unless the page makes one, the program on the path, an editor that adds a line. */
function desk(page: string): { readonly folder: string; readonly home: string; readonly env: Record<string, string | undefined> } {
  const home = mkdtempSync(join(tmpdir(), 'pages-'));
  const folder = join(home, 'repository');
  const bin = join(home, 'bin');
  for (const made of [bin, join(folder, 'node_modules'), join(home, '.config/sops/age')]) mkdirSync(made, { recursive: true });
  symlinkSync(root, join(folder, 'node_modules/sopsmith'));
  writeFileSync(join(bin, 'sopsmith'), `#!/bin/sh\nexec ${program.map((word) => `'${word}'`).join(' ')} "$@"\n`, { mode: 0o755 });
  writeFileSync(join(bin, 'my-editor'), '#!/bin/sh\necho "added: by hand" >> "$1"\n', { mode: 0o755 });
  const own = Object.fromEntries(Object.entries(peerEnvironment()).filter(([name]) => !foreign.test(name)));
  const env = { ...own, HOME: home, EDITOR: 'my-editor', PATH: [bin, own['PATH']].join(delimiter), GIT_CONFIG_GLOBAL: '/dev/null' };
  if (!page.includes('age-keygen -o ~')) writeFileSync(join(home, '.config/sops/age/keys.txt'), alice.identity);
  return { folder, home, env };
}

const alice = lacks('age-keygen') ? { identity: '', recipient: '' } : ageIdentity();
const bob = lacks('age-keygen') ? alice : ageIdentity();

/** `age1alice…` and `age1bob…` stand for real recipients. */
const withRecipients = (text: string): string => text.replaceAll('age1alice…', alice.recipient).replaceAll('age1bob…', bob.recipient);

/** A command may fail where the page says so: its output shows an error, or its status is asked for next. */
const mayFail = ({ output }: Shown, next: Shown | undefined): boolean =>
  next?.command === 'echo $?' || output.some((line) => /^(Error|Failed|File has not changed)/.test(line));

const mark = '\u0001';

/** Runs the commands of one block in one shell; answers output and status of each. */
function runBlock(
  commands: readonly Shown[],
  cwd: string,
  env: Record<string, string | undefined>,
): readonly { readonly output: string; readonly status: number }[] {
  const script = commands
    .map(({ command }) => `${withRecipients(command)}\nstatus=$?\nprintf '\\n${mark}%s${mark}' "$status"\n(exit "$status")`)
    .join('\n');
  const { stdout } = spawnSync('bash', ['-c', `exec 2>&1\n${script}`], { cwd, env, encoding: 'utf8', input: '', timeout: 30_000 });
  return [...stdout.matchAll(new RegExp(`([^${mark}]*)\n${mark}(\\d+)${mark}`, 'g'))].map(([, output = '', status]) => ({
    output,
    status: Number(status),
  }));
}

describe.skipIf(lacks('age-keygen')).each(pages)('docs/%s', (name) => {
  const text = readFileSync(join(root, 'docs', name), 'utf8');
  const { folder, home, env } = desk(text);
  beforeAll(() => spawnSync('git', ['init', '--quiet'], { cwd: folder, env }));
  afterAll(() => {
    rmSync(home, { recursive: true, force: true });
  });

  test.each(stepsOf(text).map((step, at) => [at + 1, step] as const))('step %i', (_, step) => {
    if ('file' in step) {
      mkdirSync(dirname(join(folder, step.file.name)), { recursive: true });
      writeFileSync(join(folder, step.file.name), withRecipients(step.file.content));
      return;
    }
    const results = runBlock(step.commands, folder, env);
    for (const [at, shown] of step.commands.entries()) {
      const { output = '', status = -1 } = results[at] ?? {};
      const expected = shown.output.map(withRecipients);
      if (shown.output.length > 0 && !fits(expected, output)) expect(output, shown.command).toBe(expected.join('\n'));
      if (!mayFail(shown, step.commands[at + 1])) expect(status, `${shown.command}\n${output}`).toBe(0);
    }
  });
});
