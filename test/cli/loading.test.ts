// What a run loads: nothing that the file's key does not need.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ageIdentity, fill, runProgram, type Started, startProgram, temporaryFolder, textOf, until } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = temporaryFolder('loading');
const { identity, recipient } = lacks('age-keygen') ? { identity: '', recipient: '' } : ageIdentity();
const keyService = `unix://${join(folder, 'sops.sock')}`;
const remote = ['decrypt', '--enable-local-keyservice=false', '--keyservice', keyService, 'sealed.yaml'];
let server: Started | undefined;

beforeAll(async () => {
  if (identity === '') return;
  fill(folder, {
    'identity.txt': identity,
    'plain.yaml': 'a: one\n',
    // Notes at the end which files of CommonJS and which of Node's own modules were loaded.
    'note.cjs': `process.on('exit', () => require('node:fs').appendFileSync('loaded.txt', [...Object.keys(require.cache), ...process.moduleLoadList].join('\\n')));`,
    // Notes which modules are loaded.
    'note.mjs': `import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);`,
    'hooks.mjs': `import { appendFileSync } from 'node:fs';
export async function load(url, context, next) { appendFileSync('loaded.txt', url + '\\n'); return next(url, context); }`,
  });
  const env = { SOPS_AGE_KEY_FILE: 'identity.txt' };
  const sealed = runProgram(program, ['encrypt', '--age', recipient, 'plain.yaml'], { cwd: folder });
  fill(folder, { 'sealed.yaml': sealed.stdout });
  const one = startProgram(program, ['keyservice', '--network', 'unix', '--address', 'sops.sock'], { cwd: folder, env });
  server = one;
  await until(() => one.output().includes('Listening on'));
});
afterAll(async () => {
  server?.child.kill('SIGTERM');
  await server?.ended;
});

/** Runs the program on Node; answers what was loaded. */
function loadedBy(node: readonly string[], argv: readonly string[], options: string): readonly string[] {
  fill(folder, { 'loaded.txt': '' });
  const env = { NODE_OPTIONS: options, SOPS_AGE_KEY_FILE: 'identity.txt' };
  expect(runProgram(node, argv, { cwd: folder, env })).toMatchObject({ status: 0, stdout: 'a: one\n', stderr: '' });
  return textOf(folder, 'loaded.txt').split('\n');
}

/** What network clients use, as Node lists its own modules. */
const network = /^NativeModule (?:http2?|https|tls|_http_client)$/;

const [, built = ''] = program;

describe.skipIf(lacks('age-keygen') || built === '')('the built program', () => {
  const loads = (argv: readonly string[]): readonly string[] => loadedBy(program, argv, `--require ${join(folder, 'note.cjs')}`);
  /** What stands in the code of a client, and nowhere else. */
  const marks = {
    'AWS KMS': 'AWS4-HMAC-SHA256',
    'Azure Key Vault': 'login.microsoftonline.com',
    'Google Cloud KMS': 'cloudkms.',
    HuaweiCloud: 'SDK-HMAC-SHA256',
    Vault: 'X-Vault-Token',
    OpenPGP: 'BEGIN PGP',
    gRPC: 'grpc-status',
  };
  const carriersOf = (files: readonly string[]): readonly string[] => {
    const code = files.map((file) => readFileSync(file, 'utf8'));
    return Object.entries(marks).flatMap(([name, mark]) => (code.some((text) => text.includes(mark)) ? [name] : []));
  };
  const chunksOf = (loaded: readonly string[]): readonly string[] => loaded.filter((name) => dirname(name) === dirname(built));

  test('has a client for every service, where this test looks for it', () => {
    const chunks = readdirSync(dirname(built)).map((name) => join(dirname(built), name));
    expect(carriersOf(chunks.filter((name) => name.endsWith('.cjs')))).toEqual(Object.keys(marks));
  });

  test('decrypts an age file without a client of any cloud, and without a network', () => {
    const loaded = loads(['decrypt', 'sealed.yaml']);
    expect(chunksOf(loaded).map((name) => basename(name))).toContain(basename(built));
    expect(carriersOf(chunksOf(loaded))).toEqual([]);
    expect(loaded.filter((name) => network.test(name))).toEqual([]);
  });

  test('asks a key service elsewhere with gRPC alone', () => {
    expect(carriersOf(chunksOf(loads(remote)))).toEqual(['gRPC']);
  });
});

describe.skipIf(lacks('age-keygen') || built === '')('the source', () => {
  const hooks = ['--import', join(root, 'scripts/typescript.mjs'), '--import', join(folder, 'note.mjs')];
  const node = [process.execPath, '-C', 'source', ...hooks, join(root, 'src/cli/main.ts')];
  const loads = (argv: readonly string[]): readonly string[] => loadedBy(node, argv, `--require ${join(folder, 'note.cjs')}`);
  /** Packages, but for the one that the hooks need, and clients of key sources. */
  const heavy = (loaded: readonly string[]): readonly string[] =>
    [
      ...new Set(loaded.flatMap((name) => /node_modules\/(?!typescript\/)(?:@[^/]+\/)?[^/]+|keysources\/[^/]+\/client/.exec(name) ?? [])),
    ].toSorted();

  test('decrypts an age file with the client for age and no package', () => {
    const loaded = loads(['decrypt', 'sealed.yaml']);
    expect(heavy(loaded)).toEqual(['keysources/age/client']);
    expect(loaded.filter((name) => network.test(name))).toEqual([]);
  });

  test('asks a key service elsewhere with no client of its own', () => {
    const loaded = heavy(loads(remote));
    expect(loaded).toContain('node_modules/@grpc/grpc-js');
    expect(loaded).toContain('node_modules/protobufjs');
    expect(loaded.filter((name) => /keysources|@aws-sdk|@azure|google-auth|openpgp/.test(name))).toEqual([]);
  });
});
