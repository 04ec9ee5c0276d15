// `check` on a repository with planted leaks: what it finds of them, what it finds that is none, and its time beside a process of real sops for each file.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compared, plantLeaks } from '../test/git/leaks.ts';

/** What is timed, and what it is held against. */
export interface CheckBench {
  /** A folder of its own. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly programs: Readonly<Record<'sops' | 'npm' | 'standalone', readonly string[]>>;
  readonly files: number;
  readonly verdict: (work: string, ratio: number, budget: number, detail: string) => void;
}

const seed = 20_261_201;

/** Plants leaks, looks for them, and times that; real sops is timed on some of the files. */
export async function benchCheck({ folder, env, programs, files, verdict }: CheckBench): Promise<void> {
  const planting = await plantLeaks(seed, files);
  const top = join(folder, 'check');
  for (const [name, content] of Object.entries(planting.files)) {
    mkdirSync(dirname(join(top, name)), { recursive: true });
    writeFileSync(join(top, name), content);
  }
  for (const words of [
    ['init', '-q'],
    ['add', '--all'],
  ])
    spawnSync('git', words, { cwd: top, env });
  const sample = Object.keys(planting.files)
    .filter((name) => /^secrets\/.*\.(yaml|json)$/.test(name))
    .slice(0, 50);
  const start = performance.now();
  for (const name of sample) spawnSync(programs.sops[0] ?? '', ['filestatus', name], { cwd: top, env });
  const theirs = ((performance.now() - start) / sample.length) * files;
  for (const name of ['npm', 'standalone'] as const) {
    const [program = '', ...words] = programs[name];
    const begin = performance.now();
    const { stdout, stderr } = spawnSync(program, [...words, 'check', '--format', 'json'], {
      cwd: top,
      env,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    const ours = performance.now() - begin;
    if (stdout === '') throw new Error(stderr);
    const { missed, falseAlarms } = compared(planting, JSON.parse(stdout));
    const planted = planting.planted.length;
    console.log(
      `     check, ${name}: planted ${planted}, found ${planted - missed.length}, false alarms ${falseAlarms.length} (seed ${seed}, ${files} files)`,
    );
    verdict(
      `check: leaks missed and false alarms, ${name}`,
      missed.length + falseAlarms.length,
      0,
      [...missed, ...falseAlarms].slice(0, 5).join('; '),
    );
    verdict(
      `check of ${files} files with leaks, ${name}`,
      ours / theirs,
      0.1,
      `${ours.toFixed(0)} ms, ${files} calls of sops filestatus ${theirs.toFixed(0)} ms, from ${sample.length}`,
    );
  }
}
