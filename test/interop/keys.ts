import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keySources } from '../../src/keysources/index.ts';
import type { Environment, KeyPeer } from '../peers/key-peer.ts';
import { needed } from '../support/peers.ts';
import { program as ours } from '../support/program.ts';

/** One kind of master key in the matrix. */
export interface KeyRow {
  readonly title: string;
  readonly start: () => Promise<KeyPeer>;
}

/** What a cell found: nothing where both programs do as they should, else what differs. */
type Verdict = string | undefined;
type Cell = (bench: Bench) => Promise<Verdict>;

/** What both programs print of the file that every cell encrypts. */
const plaintext = 'password: hunter2\nlist:\n    - a\n    - true\n    - 1.5\n';
/** The status of a decryption for which no master key works. */
const noDataKey = 128;
const mostMilliseconds = 120_000;

interface Ran {
  readonly status: number;
  readonly text: string;
  readonly stderr: string;
}

/** The two programs, in a folder of a cell's own, with a peer beside them. */
class Bench {
  readonly peer: KeyPeer;
  readonly folder: string;

  constructor(peer: KeyPeer, folder: string) {
    this.peer = peer;
    this.folder = folder;
  }

  readonly programs = { ours: [...ours], sops: [needed('sops')] } as const;

  /** Runs one of the programs; it inherits nothing but the search path. */
  async run(name: keyof Bench['programs'], words: readonly string[], env: Environment = this.peer.env): Promise<Ran> {
    const [command = '', ...first] = this.programs[name];
    return new Promise((resolve) => {
      const child = execFile(
        command,
        [...first, ...words],
        {
          cwd: this.folder,
          env: { PATH: process.env['PATH'], HOME: this.folder, SOPS_DISABLE_VERSION_CHECK: 'true', ...env },
          timeout: mostMilliseconds,
        },
        (error, text, stderr) => resolve({ status: error === null ? 0 : (child.exitCode ?? -1), text, stderr }),
      );
    });
  }

  /** Encrypts the plaintext for some keys; answers the name of the file. */
  async encrypt(name: keyof Bench['programs'], keys: string, file = 'sealed.yaml'): Promise<string> {
    await writeFile(join(this.folder, 'plain.yaml'), plaintext);
    const { status, text, stderr } = await this.run(name, ['encrypt', this.peer.flag, keys, 'plain.yaml']);
    if (status !== 0) throw new Error(`${name} does not encrypt: ${stderr}`);
    await writeFile(join(this.folder, file), text);
    return file;
  }

  /** Whether a program decrypts a file to the plaintext. */
  async opens(name: keyof Bench['programs'], file: string, env?: Environment): Promise<Verdict> {
    const { status, text, stderr } = await this.run(name, ['decrypt', file], env);
    if (status !== 0) return `${name} does not decrypt (${status}): ${stderr}`;
    return text === plaintext ? undefined : `${name} decrypts otherwise: ${text}`;
  }

  /** Whether both programs say that they have no key for a file, and say so with one status. */
  async bothRefuse(file: string, env: Environment): Promise<Verdict> {
    for (const name of ['sops', 'ours'] as const) {
      const { status, text, stderr } = await this.run(name, ['decrypt', file], env);
      if (status !== noDataKey) return `${name} ends with ${status}: ${stderr}`;
      if (text !== '') return `${name} prints ${text}`;
      if (name === 'ours' && /\bat .*:\d+:\d+\)?$/m.test(stderr)) return `the error has a stack trace: ${stderr}`;
    }
    return undefined;
  }

  async write(file: string, change: (text: string) => string): Promise<void> {
    const path = join(this.folder, file);
    await writeFile(path, change(await readFile(path, 'utf8')));
  }

  /** A config file with one rule for all files; real sops takes keys of one kind as a list alone. */
  async rule(keys: string): Promise<void> {
    const field = keySources.find(({ kind }) => kind === this.peer.kind)?.config.rule ?? this.peer.kind;
    await writeFile(
      join(this.folder, '.sops.yaml'),
      JSON.stringify({ creation_rules: [{ [field]: this.peer.kind === 'hckms' ? keys.split(',') : keys }] }),
    );
  }
}

const bothWays: readonly (readonly ['ours' | 'sops', 'ours' | 'sops'])[] = [
  ['ours', 'sops'],
  ['sops', 'ours'],
];

/** Runs a step both ways, the programs' roles exchanged; answers what differs first. */
async function exchanged(step: (one: 'ours' | 'sops', other: 'ours' | 'sops') => Promise<Verdict>): Promise<Verdict> {
  for (const [one, other] of bothWays) {
    const verdict = await step(one, other);
    if (verdict !== undefined) return `${one} first: ${verdict}`;
  }
  return undefined;
}

const cells: Readonly<Record<string, Cell>> = {
  'ours → sops': async (bench) => bench.opens('sops', await bench.encrypt('ours', bench.peer.key)),
  'sops → ours': async (bench) => bench.opens('ours', await bench.encrypt('sops', bench.peer.key)),

  rotate: (bench) =>
    exchanged(async (one, other) => {
      const file = await bench.encrypt(other, bench.peer.key);
      const before = await readFile(join(bench.folder, file), 'utf8');
      const { status, stderr } = await bench.run(one, ['rotate', '--in-place', file]);
      if (status !== 0) return `${one} does not rotate: ${stderr}`;
      if (wrappedIn(await readFile(join(bench.folder, file), 'utf8')) === wrappedIn(before)) return 'the data key is wrapped as it was';
      return (await bench.opens(other, file)) ?? bench.opens(one, file);
    }),

  updatekeys: (bench) =>
    exchanged(async (one, other) => {
      const file = await bench.encrypt(other, bench.peer.key);
      await bench.rule(`${bench.peer.key},${bench.peer.other}`);
      const { status, stderr } = await bench.run(one, ['updatekeys', '--yes', file]);
      if (status !== 0) return `${one} does not update keys: ${stderr}`;
      const both = (await readFile(join(bench.folder, file), 'utf8')).match(/^ +(- )?enc:/gm)?.length;
      if (both !== 2) return `${both} wrapped keys after updatekeys`;
      return (await bench.opens(other, file)) ?? bench.opens(other, file, bench.peer.onlyOther);
    }),

  'wrong key': async (bench) => {
    const file = await bench.encrypt('sops', bench.peer.key);
    if (bench.peer.onlyOther) return bench.bothRefuse(file, bench.peer.onlyOther);
    const wrapped = encOf(await readFile(join(bench.folder, file), 'utf8'));
    const other = await bench.encrypt('sops', bench.peer.other, 'other.yaml');
    await bench.write(other, (text) => text.replace(encLine, (_, head: string) => `${head}${wrapped}`));
    return bench.bothRefuse(other, bench.peer.env);
  },

  'service down': async (bench) => bench.bothRefuse(await bench.encrypt('ours', bench.peer.key), bench.peer.down),
  'access denied': async (bench) => bench.bothRefuse(await bench.encrypt('ours', bench.peer.key), bench.peer.denied),
};

/** The wrapped key of a network service, on one line of YAML. */
const encLine = /^( +(?:- )?enc: )(.*)$/m;
const encOf = (text: string): string => encLine.exec(text)?.[2] ?? '';
/** All that is wrapped in a file. */
const wrappedIn = (text: string): string =>
  text
    .split(/^ +(?:- )?enc:/m)
    .slice(1)
    .join('');

/** Runs every cell of every row against the real services and the real sops, and prints the matrix. Answers how many cells passed and failed. */
export async function keyMatrix(rows: readonly KeyRow[]): Promise<{ readonly passed: number; readonly failed: number }> {
  const names = Object.keys(cells);
  const width = Math.max(...rows.map(({ title }) => title.length));
  console.log(`${''.padEnd(width)}  ${names.join('  ')}`);
  let failed = 0;
  const waiting = rows.values();
  const lane = async (): Promise<void> => {
    for (const row of waiting) {
      const wrong = show(row, await runRow(row), width);
      failed += wrong;
    }
  };
  await Promise.all([lane(), lane(), lane()]);
  return { passed: rows.length * names.length - failed, failed };
}

function show({ title }: KeyRow, verdicts: ReadonlyMap<string, Verdict>, width: number): number {
  const marks = Array.from(verdicts, ([name, verdict]) => (verdict === undefined ? 'ok' : 'FAIL').padEnd(name.length));
  console.log(`${title.padEnd(width)}  ${marks.join('  ')}`.trimEnd());
  const wrong = [...verdicts].filter(([, verdict]) => verdict !== undefined);
  for (const [name, verdict = ''] of wrong) console.log(`     ${title}, ${name}: ${verdict.trim().replaceAll('\n', '\n     ')}`);
  return wrong.length;
}

/** What each cell of a row found; a service that does not start fails them all. */
async function runRow({ start }: KeyRow): Promise<ReadonlyMap<string, Verdict>> {
  const folder = await mkdtemp(join(tmpdir(), 'keys-'));
  const verdicts = new Map<string, Verdict>();
  try {
    const peer = await start();
    try {
      for (const [name, cell] of Object.entries(cells)) {
        const place = join(folder, String(verdicts.size));
        await mkdir(place);
        verdicts.set(name, await cell(new Bench(peer, place)).catch(String));
      }
    } finally {
      await peer.close();
    }
  } catch (error) {
    for (const name of Object.keys(cells)) if (!verdicts.has(name)) verdicts.set(name, `the service does not start: ${String(error)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return verdicts;
}
