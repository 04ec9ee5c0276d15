// Runs real sops and ours with the same words in twin folders, and gathers what a caller can see of them.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ageIdentity, fill, type Files, type Ran, runProgram, temporaryFolder, textOf, twin } from './cli.ts';
import { lacks, needed } from './peers.ts';
import { program } from './program.ts';

/** One command line, and what of its outcome must be alike beside the exit status. */
export interface Case {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** The standard outputs are the same text; `sealed`: they are the same once decrypted (in this type); else they are not compared. */
  readonly stdout?: 'same' | { readonly sealed: string } | undefined;
  /** Words that both must say on standard error. */
  readonly says?: RegExp;
  /** Files that are the same afterwards, once decrypted where they are encrypted. */
  readonly files?: readonly string[];
  /** Files added to those that every case has. */
  readonly extra?: Files;
  /** A JSON file, or the standard output, whose metadata names the same keys, threshold and selection rules. */
  readonly records?: string | undefined;
}

/** What of a run is compared. */
export interface Seen {
  readonly status: number | null;
  readonly stdout: string;
  readonly says: boolean;
  readonly files: Readonly<Record<string, string | undefined>>;
  readonly recorded?: string;
}

type Identity = ReturnType<typeof ageIdentity>;
const nobody: Identity = { identity: '', recipient: '' };
const missing = lacks('sops', 'age-keygen');
/** The key that opens the prepared files, and one that does not. */
export const own: Identity = missing ? nobody : ageIdentity();
export const other: Identity = missing ? nobody : ageIdentity();

/** A plain YAML file as sops prints it. */
export const yaml = 'db:\n    user: admin\n    password: s3cret\n    port: 5432\nlist:\n    - one\n    - two\n';
const json = '{\n\t"db": {\n\t\t"user": "admin",\n\t\t"password": "s3cret"\n\t},\n\t"n": 5\n}';

const plain: Files = {
  'identity.txt': own.identity,
  'plain.yaml': yaml,
  'plain.json': json,
  'plain.env': 'A=1\nB=two words\n# note\nC=\n',
  'plain.ini': '[section]\na = 1\nb = two\n',
  'plain.bin': 'any text\nat all',
};
/** The endings of the prepared files: `plain.…`, and encrypted `sealed.…`. */
export const endings = ['yaml', 'json', 'env', 'ini', 'bin'] as const;

const root = temporaryFolder('compare');
/** The folder that every case has a copy of. */
export const prepared: string = join(root, 'prepared');
const environment = { SOPS_AGE_KEY_FILE: 'identity.txt', SOPS_DISABLE_VERSION_CHECK: 'true' };

function sops(cwd: string, argv: readonly string[], input = '', env: Case['env'] = {}): Ran {
  return runProgram([needed('sops')], argv, { cwd, env: { ...environment, ...env }, input });
}

/** Makes the files that every case has. */
export function prepare(): void {
  mkdirSync(prepared);
  fill(prepared, plain);
  for (const ending of endings) {
    const { status, stderr } = sops(prepared, ['encrypt', '--age', own.recipient, '--output', `sealed.${ending}`, `plain.${ending}`]);
    if (status !== 0) throw new Error(stderr);
  }
}

let count = 0;

/** Runs one case with both; what is expected of ours is what real sops does, but for the words, which both must say. */
export function compare(one: Case): { readonly ours: Seen; readonly expected: Seen; readonly ran: string } {
  count += 1;
  const theirs = runIn(twin(prepared, `theirs-${count}`), [needed('sops')], one);
  const ours = runIn(twin(prepared, `ours-${count}`), program, one);
  return {
    ours: ours.seen,
    expected: { ...theirs.seen, says: true },
    ran: `sops: ${JSON.stringify(theirs.ran)}\nours: ${JSON.stringify(ours.ran)}`,
  };
}

/** What ours does in such a case, where real sops does not take these words. */
export function seenOfOurs(one: Case): Seen {
  count += 1;
  return runIn(twin(prepared, `ours-${count}`), program, one).seen;
}

function runIn(folder: string, command: readonly string[], one: Case): { readonly ran: Ran; readonly seen: Seen } {
  const { argv, env, input, stdout, says, files = [], extra = {}, records } = one;
  fill(folder, extra);
  const ran = runProgram(command, argv, { cwd: folder, env: { ...environment, ...env }, ...(input === undefined ? {} : { input }) });
  const seen = {
    status: ran.status,
    stdout:
      stdout === undefined ? '' : stdout === 'same' ? ran.stdout.replaceAll(folder, '') : opened(folder, ran.stdout, stdout.sealed, one),
    says: says === undefined || says.test(ran.stderr.replaceAll(/\s+/g, ' ')),
    files: Object.fromEntries(files.map((file) => [file, contentOf(folder, file, one)])),
    ...(records === undefined ? {} : { recorded: recordOf(records === 'stdout' ? ran.stdout : textOf(folder, records)) }),
  };
  rmSync(folder, { recursive: true, force: true });
  return { ran, seen };
}

/** The metadata of a JSON text, without what differs from run to run. */
function recordOf(text: string): string {
  if (!text.startsWith('{')) return 'no JSON';
  const { sops: metadata }: { readonly sops: unknown } = JSON.parse(text);
  const passing = new Set(['enc', 'created_at', 'lastmodified', 'mac', 'layout', 'version']);
  return JSON.stringify(metadata, (name, value: unknown) => (passing.has(name) || isNothing(value) ? undefined : value), 1);
}

const isNothing = (value: unknown): boolean => value === null || value === '' || value === 0;

function opened(folder: string, text: string, type: string, { env }: Case): string {
  const { status, stdout, stderr } = sops(folder, ['decrypt', '--input-type', type, '--output-type', type], text, env);
  return status === 0 ? stdout : `not encrypted: ${stderr}`;
}

/** The text of a file, decrypted by real sops where it is encrypted; undefined where there is none. */
function contentOf(folder: string, name: string, { env }: Case): string | undefined {
  if (!existsSync(join(folder, name))) return undefined;
  const { status, stdout } = sops(folder, ['decrypt', name], '', env);
  return status === 0 ? stdout : textOf(folder, name);
}

/** Cases for `test.each`, each with a title. */
export const titled = (cases: readonly Case[]): readonly (readonly [string, Case])[] => cases.map((one) => [titleOf(one), one]);

function titleOf({ argv, env = {} }: Case): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value.slice(0, 40)}`);
  return [...variables, ...argv].join(' ').replaceAll(own.recipient, 'OWN').replaceAll(other.recipient, 'OTHER');
}
