// Every command line and file that the pages of docs show: run as they stand, the output compared where it is shown.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ageIdentity } from '../support/cli.ts';
import { lacks, peerEnvironment } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { fits, type Shown, type Step, stepsOf } from './shown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .filter((name) => stepsOf(readFileSync(join(root, 'docs', name), 'utf8')).length > 0);
const foreign = /^(SOPS|AWS_|EDITOR$|XDG_|GNUPGHOME$|NODE_)/;

/** A folder like that of a reader: a home with an identity unless the page makes one, the program on the path, an editor that adds a line. */
function desk(page: string): { readonly folder: string; readonly home: string; readonly env: Record<string, string | undefined> } {
  const home = mkdtempSync(join(tmpdir(), 'pages-'));
  const folder = join(home, 'repository');
  const bin = join(home, 'bin');
  for (const made of [bin, join(home, 'run'), join(folder, 'node_modules'), join(home, '.config/sops/age')])
    mkdirSync(made, { recursive: true });
  symlinkSync(root, join(folder, 'node_modules/sopsmith'));
  writeFileSync(join(bin, 'sopsmith'), `#!/bin/sh\nexec ${program.map((word) => `'${word}'`).join(' ')} "$@"\n`, { mode: 0o755 });
  writeFileSync(join(bin, 'my-editor'), '#!/bin/sh\necho "added: by hand" >> "$1"\n', { mode: 0o755 });
  const own = Object.fromEntries(Object.entries(peerEnvironment()).filter(([name]) => !foreign.test(name)));
  const env = {
    ...own,
    HOME: home,
    EDITOR: 'my-editor',
    PATH: [bin, own['PATH']].join(delimiter),
    GIT_CONFIG_GLOBAL: '/dev/null',
    XDG_RUNTIME_DIR: join(home, 'run'),
  };
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

interface Result {
  readonly output: string;
  readonly status: number;
}

/** Runs the commands of one block in one shell. */
function runBlock(commands: readonly Shown[], cwd: string, env: Environment): readonly Result[] {
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

  test('runs as it stands, and prints what it shows', () => {
    const { folder, home, env } = desk(text);
    try {
      spawnSync('git', ['init', '--quiet'], { cwd: folder, env });
      expect(stepsOf(text).flatMap((step) => take(step, folder, env))).toEqual([]);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});

type Environment = Readonly<Record<string, string | undefined>>;

/** Takes one step; answers what went otherwise than shown. */
function take(step: Step, folder: string, env: Environment): readonly string[] {
  if ('commands' in step) {
    const results = runBlock(step.commands, folder, env);
    return step.commands.flatMap((shown, at) => differences(shown, step.commands[at + 1], results[at]));
  }
  const file = join(folder, step.file.name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, withRecipients(step.file.content));
  return [];
}

function differences(shown: Shown, next: Shown | undefined, result: Result = { output: '', status: -1 }): readonly string[] {
  const printed = shown.output.length === 0 || fits(shown.output.map(withRecipients), result.output);
  const ended = result.status === 0 || mayFail(shown, next);
  return printed && ended ? [] : [`$ ${shown.command}\n${result.output}(status ${result.status})`];
}
