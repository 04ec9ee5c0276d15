// Times real sops and ours side by side in one run and prints ratios with their budgets (the design's section 5): npm run bench -- [--quick] [--only WORD]
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { needed } from '../test/support/peers.ts';
import { benchCheck } from './bench-check.ts';
import { benchGit } from './bench-git.ts';
import { benchKustomize } from './bench-kustomize.ts';

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } } });
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const keys = join(folder, 'keys.txt');
// Loading a bundle of certificates costs Node 50 ms, and says nothing of either program.
const env: NodeJS.ProcessEnv = { ...process.env, SOPS_AGE_KEY_FILE: keys, SOPS_DISABLE_VERSION_CHECK: 'true' };
delete env['NODE_EXTRA_CA_CERTS'];
const timer = existsSync('/usr/bin/time') ? '/usr/bin/time' : undefined;

const programs = {
  sops: [needed('sops')],
  npm: [process.execPath, join(root, 'dist', 'bin', 'cli.cjs')],
  standalone: [join(root, 'dist', 'standalone', 'sopsmith')],
} as const;
type ProgramName = keyof typeof programs;

interface Sample {
  readonly milliseconds: number;
  /** Most memory held at once; 0 where nothing can tell. */
  readonly mebibytes: number;
}

function measure(command: readonly string[]): Sample {
  const report = join(folder, 'memory');
  const [first = '', ...rest] = timer === undefined ? command : [timer, '-f', '%M', '-o', report, ...command];
  const start = performance.now();
  const { status, stderr } = spawnSync(first, rest, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const milliseconds = performance.now() - start;
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr.toString()}`);
  return { milliseconds, mebibytes: timer === undefined ? 0 : Number(readFileSync(report, 'utf8')) / 1024 };
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** Runs each program in turn, so that what else the machine does meets them alike. */
function compare(runs: number, words: readonly string[]): Record<ProgramName, Sample> {
  const samples: Record<ProgramName, Sample[]> = { sops: [], npm: [], standalone: [] };
  for (let run = 0; run < runs; run++) for (const name of names) samples[name].push(measure([...programs[name], ...words]));
  const middle = (name: ProgramName): Sample => ({
    milliseconds: median(samples[name].map((sample) => sample.milliseconds)),
    mebibytes: median(samples[name].map((sample) => sample.mebibytes)),
  });
  return { sops: middle('sops'), npm: middle('npm'), standalone: middle('standalone') };
}

const names: readonly ProgramName[] = ['sops', 'npm', 'standalone'];
let over = 0;

function verdict(work: string, ratio: number, budget: number, detail: string): void {
  if (ratio > budget) over++;
  console.log(`${ratio <= budget ? 'ok  ' : 'OVER'} ${work.padEnd(52)} ${ratio.toFixed(2).padStart(6)} × (at most ${budget} ×)  ${detail}`);
}

interface Budgets {
  readonly time: Record<'npm' | 'standalone', number>;
  readonly memory?: Record<'npm' | 'standalone', number>;
}

function bench(work: string, runs: number, words: readonly string[], { time, memory }: Budgets): void {
  if (!work.includes(options.only)) return;
  const { sops, ...ours } = compare(runs, words);
  for (const name of ['npm', 'standalone'] as const) {
    const mine = ours[name];
    verdict(
      `${work}, ${name}`,
      mine.milliseconds / sops.milliseconds,
      time[name],
      `${mine.milliseconds.toFixed(0)} ms, sops ${sops.milliseconds.toFixed(0)} ms`,
    );
    if (!memory || timer === undefined) continue;
    verdict(
      `${work}, ${name}: memory`,
      mine.mebibytes / sops.mebibytes,
      memory[name],
      `${mine.mebibytes.toFixed(0)} MiB, sops ${sops.mebibytes.toFixed(0)} MiB`,
    );
  }
}

/** A YAML file of so many values, in groups of ten. */
function document(values: number): string {
  const lines: string[] = [];
  for (let at = 0; at < values; at++) {
    if (at % 10 === 0) lines.push(`group_${at / 10}:`);
    lines.push(`  key_${at}: value ${at} of a secret that is as long as they are`);
  }
  return `${lines.join('\n')}\n`;
}

function prepare(name: string, values: number, recipient: string): void {
  writeFileSync(join(folder, `${name}.plain.yaml`), document(values));
  const { stdout, status, stderr } = spawnSync(programs.sops[0], ['encrypt', '--age', recipient, `${name}.plain.yaml`], {
    cwd: folder,
    env,
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr.toString());
  writeFileSync(join(folder, `${name}.yaml`), stdout);
}

/** Many files in one call, against a call of real sops for each; and whether the memory of one call grows with their number. */
function benchMany(files: number): void {
  const work = `decrypt ${files} files in one call`;
  if (!work.includes(options.only)) return;
  const tree = (name: string, count: number): string => {
    mkdirSync(join(folder, name));
    for (let file = 0; file < count; file++) copyFileSync(join(folder, 'small.yaml'), join(folder, name, `${file}.yaml`));
    return name;
  };
  const [all, few] = [tree('all', files), tree('few', files / 10)];
  const start = performance.now();
  for (let file = 0; file < files; file++) measure([...programs.sops, 'decrypt', 'small.yaml']);
  const theirs = performance.now() - start;
  for (const name of ['npm', 'standalone'] as const) {
    const call = (from: string): Sample => measure([...programs[name], 'decrypt', '--recursive', '--output', `${from}-${name}`, from]);
    const [some, whole] = [call(few), call(all)];
    const { milliseconds, mebibytes } = whole;
    verdict(
      `${work}, ${name}`,
      milliseconds / theirs,
      0.1,
      `${milliseconds.toFixed(0)} ms, ${files} calls of sops ${theirs.toFixed(0)} ms`,
    );
    if (timer === undefined) continue;
    const detail = `${mebibytes.toFixed(0)} MiB, with a tenth of the files ${some.mebibytes.toFixed(0)} MiB`;
    verdict(`${work}, ${name}: memory`, mebibytes / some.mebibytes, 1.5, detail);
  }
}

try {
  const made = spawnSync(needed('age-keygen'), ['-o', keys], { encoding: 'utf8' });
  const recipient = /age1[a-z0-9]+/.exec(made.stderr)?.[0] ?? '';
  const many = options.quick ? 10_000 : 100_000;
  prepare('small', 10, recipient);
  prepare('large', many, recipient);
  const size = (readFileSync(join(folder, 'large.yaml')).length / 2 ** 20).toFixed(1);
  console.log(
    `real sops 3.13.3 beside ours; medians; ${many} values are ${size} MiB encrypted${options.quick ? '; --quick: fewer runs, smaller files' : ''}`,
  );
  const bare = median(Array.from({ length: 9 }, () => measure([process.execPath, '-e', '0']).milliseconds));
  console.log(`     node ${process.versions.node} alone starts in ${bare.toFixed(0)} ms`);
  bench('decrypt 10 values', options.quick ? 9 : 31, ['decrypt', 'small.yaml'], { time: { npm: 2.5, standalone: 0.7 } });
  const large = { time: { npm: 0.33, standalone: 0.2 }, memory: { npm: 1.2, standalone: 1.2 } };
  const runs = options.quick ? 3 : 5;
  bench(`decrypt ${many} values`, runs, ['decrypt', 'large.yaml'], large);
  bench(`encrypt ${many} values`, runs, ['encrypt', '--age', recipient, 'large.plain.yaml'], large);
  benchMany(options.quick ? 50 : 500);
  if (options.only.startsWith('git') || options.only === '')
    benchGit({ folder, env, programs, recipient, files: options.quick ? 100 : 1000, plaintext: document(10), verdict });
  if (options.only.startsWith('check') || options.only === '')
    await benchCheck({ folder, env, programs, files: options.quick ? 300 : 1000, verdict });
  if (options.only.startsWith('kustomize') || options.only === '')
    benchKustomize({ folder, env, programs, recipient, manifests: options.quick ? 500 : 1000, verdict });
  console.log(over === 0 ? 'bench: every budget is kept' : `bench: ${over} budgets are not kept`);
  if (over > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
