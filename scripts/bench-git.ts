// A repository of many encrypted files: Git alone, Git with our filter, and Git with a driver that runs real sops once a file, as git-crypt is run.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filterAttributes, filterSettings } from '../src/git/filter/settings.ts';

/** What is timed, and what it is held against. */
export interface GitBench {
  /** A folder of its own. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly programs: Readonly<Record<'sops' | 'npm' | 'standalone', readonly string[]>>;
  readonly recipient: string;
  readonly files: number;
  readonly plaintext: string;
  readonly verdict: (work: string, ratio: number, budget: number, detail: string) => void;
}

const kinds = ['no filter', 'a process a file', 'npm', 'standalone'] as const;
type Kind = (typeof kinds)[number];
type Times = Readonly<Record<Kind, number>>;

/** Times Git's own commands, each in a clone of its own, and our `check`. */
export function benchGit(bench: GitBench): void {
  const clones = new Map(kinds.map((kind) => [kind, clone(kind, bench)]));
  /** The best of some runs: each of the clones is prepared once, and they take turns. */
  const each = (prepare: (top: string) => void, words: readonly string[], runs = 1): Times => {
    const times = { 'no filter': Infinity, 'a process a file': Infinity, npm: Infinity, standalone: Infinity };
    for (const top of clones.values()) prepare(top);
    for (let run = 0; run < runs; run++)
      for (const [kind, top] of clones) times[kind] = Math.min(times[kind], timed(top, ['git', ...words], bench));
    return times;
  };
  const secrets = (top: string): readonly string[] => readdirSync(join(top, 'secrets')).map((name) => join(top, 'secrets', name));

  const checkout = each(
    (top) => {
      rmSync(join(top, 'secrets'), { recursive: true });
    },
    ['checkout', '--', '.'],
  );
  // The start of one process weighs less the more files there are.
  const budget = bench.files < 1000 ? 0.5 : 0.3;
  tell(bench, `git checkout, ${bench.files} files`, checkout, budget);
  // Git compares what is in files of the second in which it wrote its index; from here on it need not.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100);
  const untouched = each(
    (top) => {
      timed(top, ['git', 'status', '--short'], bench);
    },
    ['status', '--short'],
    9,
  );
  for (const kind of ['npm', 'standalone'] as const)
    bench.verdict(`git status, nothing touched, ${kind}`, untouched[kind] / untouched['no filter'], 3, inMilliseconds(untouched, kind));
  const diff = each(
    (top) => {
      for (const path of secrets(top).slice(0, 10)) writeFileSync(path, readFileSync(path, 'utf8').replace('value 1 ', 'value one '));
    },
    ['diff'],
  );
  tell(bench, 'git diff, 10 files changed', diff, 1);
  each(() => undefined, ['checkout', '--', '.']);
  const touched = each(
    (top) => {
      for (const path of secrets(top)) utimesSync(path, new Date(), new Date(1_700_000_000_000));
    },
    ['status', '--short'],
  );
  tell(bench, `git status, ${bench.files} files touched`, touched, budget);
  benchCheck(clones.get('no filter') ?? '', secrets, bench);
}

function benchCheck(top: string, secrets: (top: string) => readonly string[], bench: GitBench): void {
  const start = performance.now();
  for (const path of secrets(top)) spawnSync(bench.programs.sops[0] ?? '', ['filestatus', path], { cwd: top, env: bench.env });
  const theirs = performance.now() - start;
  for (const kind of ['npm', 'standalone'] as const) {
    const ours = timed(top, [...bench.programs[kind], 'check'], bench);
    const detail = `${ours.toFixed(0)} ms, ${bench.files} calls of sops filestatus ${theirs.toFixed(0)} ms`;
    bench.verdict(`git: check of ${bench.files} files, ${kind}`, ours / theirs, 0.25, detail);
  }
}

function tell({ verdict }: GitBench, work: string, times: Times, budget: number): void {
  for (const kind of ['npm', 'standalone'] as const)
    verdict(`${work}, ${kind}`, times[kind] / times['a process a file'], budget, inMilliseconds(times, kind));
}

const inMilliseconds = (times: Times, kind: Kind): string =>
  `${times[kind].toFixed(0)} ms, a process a file ${times['a process a file'].toFixed(0)} ms, no filter ${times['no filter'].toFixed(0)} ms`;

function timed(cwd: string, [program = '', ...words]: readonly string[], { env }: GitBench): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(program, words, { cwd, env: environment(env), stdio: ['ignore', 'ignore', 'pipe'] });
  const milliseconds = performance.now() - start;
  if (status !== 0) throw new Error(`${[program, ...words].join(' ')}: ${stderr.toString()}`);
  return milliseconds;
}

/** No settings of the user or the machine. */
const environment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...env,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'bench',
  GIT_AUTHOR_EMAIL: 'bench@example.org',
  GIT_COMMITTER_NAME: 'bench',
  GIT_COMMITTER_EMAIL: 'bench@example.org',
});

/** A clone of the repository, checked out through what it is to be timed with. */
function clone(kind: Kind, bench: GitBench): string {
  const top = join(bench.folder, kind.replaceAll(' ', '-'));
  timed(bench.folder, ['git', 'clone', '-q', '--no-checkout', origin(bench), top], bench);
  for (const [name, value] of Object.entries(settingsOf(kind, bench))) timed(top, ['git', 'config', name, value], bench);
  timed(top, ['git', 'checkout', '-q', 'main'], bench);
  return top;
}

function settingsOf(kind: Kind, { programs, recipient }: GitBench): Readonly<Record<string, string>> {
  if (kind === 'no filter') return {};
  const called = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');
  if (kind !== 'a process a file') return filterSettings(called(programs[kind]));
  return {
    'filter.sopsmith.smudge': `${called(programs.sops)} decrypt --filename-override %f`,
    'filter.sopsmith.clean': `${called(programs.sops)} encrypt --age ${recipient} --filename-override %f`,
    'filter.sopsmith.required': 'true',
  };
}

/** The repository that all are clones of: made once, through our filter. */
function origin(bench: GitBench): string {
  const { folder, files, plaintext, recipient } = bench;
  const top = join(folder, 'origin');
  if (mkdirSync(join(top, 'secrets'), { recursive: true }) === undefined) return top;
  for (let file = 0; file < files; file++)
    writeFileSync(join(top, 'secrets', `${file}.yaml`), plaintext.replace('value 0 ', `value ${file} `));
  writeFileSync(join(top, '.sops.yaml'), `creation_rules:\n  - path_regex: ^secrets/\n    age: ${recipient}\n`);
  writeFileSync(join(top, '.gitattributes'), `secrets/** ${filterAttributes}\n`);
  timed(top, ['git', 'init', '-q', '-b', 'main'], bench);
  for (const [name, value] of Object.entries(settingsOf('npm', bench))) timed(top, ['git', 'config', name, value], bench);
  timed(top, ['git', 'add', '--all'], bench);
  timed(top, ['git', 'commit', '-qm', 'all'], bench);
  return top;
}
