import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FormatName } from '../../src/formats/format.ts';
import { keepsMore, leftSealed, type Measure } from './exchange.ts';
import { rulePartsOf } from './library.ts';
import { ask, type Rule } from './oracle.ts';
import { needed } from '../support/peers.ts';
import { program as ours } from '../support/program.ts';
import { type Case, type Finding, excused, type Suite, difference, failure } from './suite.ts';

const endings: Record<FormatName, string> = { yaml: 'yaml', json: 'json', dotenv: 'env', ini: 'ini', binary: 'bin' };

interface Ran {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Where one run keeps its files, and whom it encrypts for. */
interface Place {
  readonly folder: string;
  readonly recipient: string;
  readonly env: Record<string, string | undefined>;
}

/** The programs themselves, a process a step: what each encrypts both decrypt to the same bytes, and ours comes back as it was. */
export const programs: Suite = {
  name: 'the programs themselves',
  formats: ['yaml', 'json', 'dotenv', 'ini', 'binary'],
  most: 100,
  async check(format, cases) {
    const folder = await mkdtemp(join(tmpdir(), 'interop-'));
    try {
      const place = await prepare(folder);
      const findings = await inLanes(cases, (one, at) => exchange(place, format, one, at));
      if (format === 'binary') return findings;
      const sources = cases.map(({ source }) => Buffer.from(source).toString());
      const texts = await Promise.all(cases.map((_, at) => readFile(join(folder, String(at), 'wanted'), 'utf8').catch(() => '')));
      return excused(format, sources, findings, (at) => texts[at] ?? '');
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function prepare(folder: string): Promise<Place> {
  const keys = join(folder, 'keys.txt');
  const { stderr } = await run([needed('age-keygen'), '-o', keys], folder, process.env);
  const recipient = /age1[a-z0-9]+/.exec(stderr)?.[0] ?? '';
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  return { folder, recipient, env: { ...env, SOPS_AGE_KEY_FILE: keys, SOPS_DISABLE_VERSION_CHECK: 'true' } };
}

/** Two at a time: as many as the smallest machine has cores. */
async function inLanes<T, R>(items: readonly T[], work: (item: T, at: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const lane = async (): Promise<void> => {
    for (const [at, item] of waiting) results[at] = await work(item, at);
  };
  await Promise.all([lane(), lane()]);
  return results;
}

async function exchange(place: Place, format: FormatName, { source, rule }: Case, at: number): Promise<Finding> {
  const folder = join(place.folder, String(at));
  await mkdir(folder);
  const file = (name: string): string => join(folder, `${name}.${endings[format]}`);
  await writeFile(file('plain'), source);
  const { by, text } = rulePartsOf(rule);
  const creationRule = { age: place.recipient, ...(rule === '' ? {} : { [by]: text }) };
  await writeFile(join(folder, '.sops.yaml'), JSON.stringify({ creation_rules: [creationRule] }));
  const sops = [needed('sops')];
  const step = (command: readonly string[], ...words: readonly string[]): Promise<Ran> => run([...command, ...words], folder, place.env);

  const [sealedByUs, sealedByThem] = [await step(ours, 'encrypt', file('plain')), await step(sops, 'encrypt', file('plain'))];
  if (sealedByUs.status !== 0) {
    if (sealedByThem.status !== 0) return 'refused';
    await writeFile(file('theirs'), sealedByThem.stdout);
    return (await step(sops, 'decrypt', file('theirs'))).status !== 0 ? 'beyond sops' : wrong('not encrypted', sealedByUs);
  }
  await writeFile(file('ours'), sealedByUs.stdout);
  const back = await step(ours, 'decrypt', file('ours'));
  if (back.status !== 0) return wrong('not decrypted', back);
  if (Buffer.compare(back.stdout, source) !== 0) return difference('not lossless', back.stdout.toString(), Buffer.from(source).toString());
  if (sealedByThem.status !== 0) return 'beyond sops';
  await writeFile(file('theirs'), sealedByThem.stdout);
  const wanted = await step(sops, 'decrypt', file('theirs'));
  await writeFile(join(folder, 'wanted'), wanted.stdout);
  if (wanted.status !== 0 || leftSealed(wanted.stdout.toString())) return 'beyond sops';
  for (const [what, command, name] of [
    ['ours, read by sops', sops, 'ours'],
    ['of sops, read by us', ours, 'theirs'],
  ] as const) {
    const read = await step(command, 'decrypt', file(name));
    if (read.status !== 0) return wrong(what, read);
    if (Buffer.compare(read.stdout, wanted.stdout) === 0) continue;
    const measure = { ...measureOf(format, source, rule), read: { text: wanted.stdout.toString() } };
    if (name !== 'ours' || !keepsMore(read.stdout.toString(), measure))
      return difference(what, read.stdout.toString(), wanted.stdout.toString());
  }
  return 'good';
}

/** What real sops's packages see in a document, and keep of it. */
function measureOf(format: FormatName, source: Uint8Array, rule: Rule): Omit<Measure, 'read'> {
  const texts = [Buffer.from(source).toString()];
  const [[made], [seen]] = format === 'binary' ? [[], []] : [ask('encrypt', format, texts, rule), ask('look', format, texts)];
  return { made: made ?? {}, seen: seen ?? {} };
}

const wrong = (what: string, { status, stderr }: Ran): Finding => failure(what, `exit status ${status}\n${stderr.trim()}`);

function run([command = '', ...words]: readonly string[], cwd: string, env: Record<string, string | undefined>): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(command, words, { cwd, env, encoding: 'buffer', maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : (child.exitCode ?? 1), stdout, stderr: stderr.toString() });
    });
  });
}
