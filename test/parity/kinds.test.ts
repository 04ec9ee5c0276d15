// The flags that name master keys, with the service behind them: both programs take them and write down the same.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeyPeer } from '../peers/key-peer.ts';
import { runBeside } from '../support/beside.ts';
import { fill, type Ran, temporaryFolder, textOf } from '../support/cli.ts';
import { own } from '../support/compare.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { awsUses, kinds, type Use, uses, useTitle } from './kinds.ts';

const plain = '{\n\t"a": "one"\n}\n';
const missing = lacks('sops', 'age-keygen', 'gpg', 'moto_server', 'bao');
const root = temporaryFolder('parity-kinds');
type Environment = Readonly<Record<string, string>>;

/** What a program made: the metadata without what differs from run to run, and what real sops reads. */
interface Made {
  readonly status: number | null;
  readonly recorded: unknown;
  readonly opened: string;
}

let count = 0;
/** A command line of one program in a folder of its own; what it makes is in `made.json` or on standard output. */
async function make(command: readonly string[], argv: readonly string[], env: Environment, sealed = ''): Promise<Made & { ran: Ran }> {
  count += 1;
  const cwd = join(root, String(count));
  fill(cwd, { 'plain.json': plain, 'identity.txt': own.identity, 'sealed.json': sealed });
  const all = { SOPS_AGE_KEY_FILE: 'identity.txt', SOPS_DISABLE_VERSION_CHECK: '1', EDITOR: 'cp plain.json', ...env };
  const ran = await runBeside(command, argv, { cwd, env: all });
  const text = argv.includes('new.json') && ran.status === 0 ? textOf(cwd, 'new.json') : ran.stdout;
  fill(cwd, { 'out.json': text });
  const read = await runBeside([needed('sops')], ['decrypt', 'out.json'], { cwd, env: all });
  return { status: ran.status, recorded: recordOf(text), opened: read.stdout, ran };
}

const passing = new Set(['enc', 'created_at', 'lastmodified', 'mac', 'layout', 'version']);
function recordOf(text: string): unknown {
  if (!text.startsWith('{')) return text;
  const { sops: metadata }: { readonly sops: Readonly<Record<string, unknown>> } = JSON.parse(text);
  return JSON.parse(JSON.stringify(metadata, (name, value: unknown) => (passing.has(name) || !value ? undefined : value)));
}

/** Both programs do the same, and it works. */
async function alike(argv: readonly string[], env: Environment, sealed = ''): Promise<Made> {
  const { ran: real, ...expected } = await make([needed('sops')], argv, env, sealed);
  const { ran, ...ours } = await make(program, argv, env, sealed);
  expect(ours, `sops: ${real.stderr}\nours: ${ran.stderr}`).toEqual(expected);
  expect(ours, ran.stderr).toMatchObject({ status: 0, opened: plain });
  return ours;
}

/** Real sops forgets to write down the keys of Huawei's cloud in a group that it adds, and its file does not open any more. */
async function onlyOursKeeps(argv: readonly string[], env: Environment, sealed: string): Promise<void> {
  expect(await make([needed('sops')], argv, env, sealed)).toMatchObject({ status: 0, opened: '' });
  expect(await make(program, argv, env, sealed)).toMatchObject({ status: 0, opened: plain });
}

/** A file that real sops encrypts for an age recipient, and for more. */
async function sealedFor(flags: readonly string[], env: Environment): Promise<string> {
  const made = await make([needed('sops')], ['encrypt', '--age', own.recipient, ...flags, 'plain.json'], env);
  return made.ran.stdout;
}

const given = (env: KeyPeer['env']): Environment =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

/** The words of a command line that ends in `plain.json`, a new file, or a sealed one. */
function words({ command, prefix }: Pick<Use, 'command'> & { readonly prefix: string }, flags: readonly string[]): readonly string[] {
  if (prefix !== '') return [command === '' ? '-r' : command, ...flags, 'sealed.json'];
  if (command === 'groups add') return ['groups', 'add', '-f', 'sealed.json', ...flags];
  if (command === 'edit') return ['edit', ...flags, 'new.json'];
  if (command === '') return ['-e', ...flags, 'plain.json'];
  return [command, ...flags, 'plain.json'];
}

describe.skipIf(missing).each(kinds)('$title', ({ flag, short, variable, start }) => {
  let peer: KeyPeer | undefined;
  let env: Environment = {};
  let sealed = '';
  beforeAll(async () => {
    peer = await start();
    env = given(peer.env);
    sealed = await sealedFor([`--${flag}`, peer.key], env);
  });
  afterAll(async () => peer?.close());

  test.each(uses.map((use) => [useTitle(use, flag), use] as const))('%s', async (_, use) => {
    const name = `--${use.prefix}${flag}`;
    const key = use.prefix === 'rm-' ? (peer?.key ?? '') : (peer?.other ?? '');
    if (useTitle(use, flag) === 'groups add --hckms') return onlyOursKeeps(words(use, [name, key]), env, sealed);
    const { recorded } = await alike(words(use, [name, key]), env, sealed);
    expect(JSON.stringify(recorded).length).toBeGreaterThan(30);
    if (use.prefix !== '' || use.command === 'groups add') return;
    if (short !== undefined) await alike(words(use, [`-${short}`, key]), env);
    await alike(words(use, []), { ...env, [variable]: key });
  });
});

describe.skipIf(missing)('flags of AWS', () => {
  let peer: KeyPeer | undefined;
  let env: Environment = {};
  let sealed = '';
  beforeAll(async () => {
    peer = await kinds.find(({ flag }) => flag === 'kms')?.start();
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', ...others } = given(peer?.env ?? {});
    const keys = `aws_access_key_id = ${AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}\n`;
    fill(root, { credentials: `[default]\n${keys}[someone]\n${keys}` });
    env = { ...others, AWS_SHARED_CREDENTIALS_FILE: join(root, 'credentials') };
    sealed = await sealedFor(['--kms', peer?.other ?? ''], env);
  });
  afterAll(async () => peer?.close());

  const values = { 'aws-profile': 'someone', 'encryption-context': 'team:blue,stage:test' } as const;
  const rows = awsUses.flatMap(({ flag, commands }) =>
    commands.map((command) => [`${command === '' ? 'sops' : command} --${flag}`, flag, command] as const),
  );

  test.each(rows)('%s', async (_, flag, command) => {
    const prefix = command === 'rotate' ? 'add-' : '';
    const argv = words({ command: command === 'rotate' ? '' : command, prefix }, [
      `--${prefix}kms`,
      peer?.key ?? '',
      `--${flag}`,
      values[flag],
    ]);
    const made = await alike(command === 'rotate' ? ['rotate', ...argv.slice(1)] : argv, env, sealed);
    expect(JSON.stringify(made.recorded)).toContain(flag === 'aws-profile' ? '"aws_profile":"someone"' : '"team":"blue"');
  });
});
