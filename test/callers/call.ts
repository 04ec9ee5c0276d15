// Runs a caller of `sops` with either program in that place.
import { chmodSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll } from 'vitest';
import { ageIdentity, fill, type Files, type Ran, runProgram, temporaryFolder, textOf } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

export const missing: boolean = lacks('sops', 'age-keygen');
const own = missing ? { identity: '', recipient: '' } : ageIdentity();
export const recipient: string = own.recipient;
export const values = 'db:\n    user: admin\n    port: 5432\n';

const root = temporaryFolder('callers');
const programs = ['ours', 'theirs'] as const;

beforeAll(() => {
  if (missing) return;
  // By the name of sops, it answers as sops where callers ask for the version.
  const named = join(root, 'named', 'sops');
  mkdirSync(dirname(named));
  symlinkSync(program.at(-1) ?? '', named);
  const quoted = [...program.slice(0, -1), named].map((word) => `'${word}'`).join(' ');
  fill(root, {
    'ours/sops': `#!/bin/sh\nexec ${quoted} "$@"\n`,
    'theirs/sops': `#!/bin/sh\nexec '${needed('sops')}' "$@"\n`,
    'identity.txt': own.identity,
  });
  for (const name of programs) chmodSync(join(root, name, 'sops'), 0o755);
});

/** What a caller did: its output, and the files of its folder, in clear. */
export interface Called extends Pick<Ran, 'status' | 'stdout'> {
  readonly files: Readonly<Record<string, string>>;
}

/** What a caller finds beside `values.yaml` and, encrypted, `secrets.yaml`: plain files, and files that real sops encrypts before. */
export interface Folder {
  readonly plain?: Files;
  readonly sealed?: Files;
  readonly input?: string;
}

let count = 0;

/** Runs a caller in a folder of its own. */
function call(
  name: (typeof programs)[number],
  caller: readonly string[],
  { plain = {}, sealed = {}, input = '' }: Folder,
): { readonly called: Called; readonly said: string } {
  count += 1;
  const cwd = join(root, `run-${count}`);
  mkdirSync(cwd);
  const env = {
    PATH: `${join(root, name)}:${process.env['PATH'] ?? ''}`,
    SOPS_AGE_KEY_FILE: join(root, 'identity.txt'),
    SOPS_DISABLE_VERSION_CHECK: '1',
    RECIPIENT: recipient,
  };
  const sops = (argv: readonly string[], text = ''): Ran => runProgram([needed('sops')], argv, { cwd, env, input: text });
  fill(cwd, { 'values.yaml': values, '.sops.yaml': JSON.stringify({ creation_rules: [{ age: recipient }] }), ...plain });
  for (const [file, text] of Object.entries({ 'secrets.yaml': values, ...sealed }))
    fill(cwd, { [file]: sops(['encrypt', '--filename-override', file], text).stdout });
  const { status, stdout, stderr } = runProgram(caller, [], { cwd, env, input, seconds: 60 });
  const made = readdirSync(cwd).filter((file) => /\.(yaml|json|txt|bin|enc)$/.test(file));
  const files = made.map((file): [string, string] => {
    const type = file.endsWith('.yaml.enc') ? ['--input-type', 'yaml', '--output-type', 'yaml'] : [];
    const opened = sops(['decrypt', ...type, file]);
    return [file, opened.status === 0 ? opened.stdout : textOf(cwd, file)];
  });
  return { called: { status, stdout, files: Object.fromEntries(files) }, said: stderr };
}

/** What a caller did with real sops, and what with ours, which must be the same; `said` is what it said with ours on standard error. */
export function both(
  caller: readonly string[],
  folder: Folder = {},
): { readonly theirs: Called; readonly ours: Called; readonly said: string } {
  const { called: theirs } = call('theirs', caller, folder);
  const { called: ours, said } = call('ours', caller, folder);
  return { theirs, ours, said };
}
