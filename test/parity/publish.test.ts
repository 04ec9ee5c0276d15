// `publish` to a real Vault, with both programs: what is there afterwards is the same.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startVault, type Vault } from '../peers/vault.ts';
import { runBeside } from '../support/beside.ts';
import { ageIdentity, fill, runProgram, type Started, startProgram, temporaryFolder, until } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const missing = lacks('sops', 'age-keygen', 'bao');
const root = temporaryFolder('parity-publish');
const socket = join(root, 'sops.sock');
const { identity, recipient } = missing ? { identity: '', recipient: '' } : ageIdentity();

/** What a publication came to: the exit status, and what Vault holds. */
interface Published {
  readonly status: number | null;
  readonly held: unknown;
}

describe.skipIf(missing)('publish', () => {
  let vault: Vault | undefined;
  let server: Started | undefined;
  let sealed = '';
  let count = 0;

  beforeAll(async () => {
    vault = await startVault();
    fill(root, { 'identity.txt': identity });
    const encrypt = ['encrypt', '--age', recipient, '--filename-override', 'a.json'];
    sealed = runProgram([needed('sops')], encrypt, { cwd: root, input: '{"user": "u", "n": 5, "deep": {"a": [1, true]}}' }).stdout;
    server = startProgram([needed('sops')], ['keyservice', '--net', 'unix', '--addr', socket, '--verbose'], {
      cwd: root,
      env: { SOPS_AGE_KEY_FILE: join(root, 'identity.txt') },
    });
    await until(() => server?.output().includes('Listening on') ?? true);
  });
  afterAll(async () => {
    server?.child.kill('SIGTERM');
    await server?.ended;
    await vault?.close();
  });

  async function publish(
    command: readonly string[],
    argv: readonly string[],
    input: string,
    more: Readonly<Record<string, string>>,
  ): Promise<Published & { said: string }> {
    count += 1;
    const cwd = join(root, String(count));
    const place = `place-${count}/`;
    fill(cwd, {
      'a.json': sealed,
      'folder/b.json': sealed,
      'folder/deep/c.json': sealed,
      '.sops.yaml': JSON.stringify({
        destination_rules: [{ vault_path: place, vault_address: vault?.url, path_regex: String.raw`\.json$` }],
      }),
    });
    const env = { SOPS_AGE_KEY_FILE: join(root, 'identity.txt'), SOPS_DISABLE_VERSION_CHECK: '1', VAULT_TOKEN: 'root', ...more };
    const { status, stdout, stderr } = await runBeside(command, argv, { cwd, env, input });
    return { status, held: await heldBelow(place), said: `${stdout}${stderr}` };
  }

  /** All secrets below a place, by their names. */
  async function heldBelow(place: string): Promise<Readonly<Record<string, unknown>>> {
    const listed: unknown = await vault?.api('LIST', `secret/metadata/${place}`).catch(() => undefined);
    const { data }: { readonly data?: { readonly keys: readonly string[] } } = Object(listed);
    const held: Record<string, unknown> = {};
    for (const name of data?.keys ?? []) {
      if (name.endsWith('/')) Object.assign(held, await prefixed(name, `${place}${name}`));
      else {
        const answer: unknown = await vault?.api('GET', `secret/data/${place}${name}`);
        const { data: secret }: { readonly data?: { readonly data: unknown } } = Object(answer);
        held[name] = secret?.data;
      }
    }
    return held;
  }
  const prefixed = async (name: string, place: string): Promise<Readonly<Record<string, unknown>>> =>
    Object.fromEntries(Object.entries(await heldBelow(place)).map(([key, value]) => [`${name}${key}`, value]));

  const nobody = { SOPS_AGE_KEY_FILE: '' };
  const alone = ['--enable-local-keyservice=false'] as const;
  const cases: readonly (readonly [string, readonly string[], string?, Readonly<Record<string, string>>?])[] = [
    ['publish --yes', ['--yes', 'a.json']],
    ['publish --yes', ['-y', 'a.json']],
    ['publish', ['a.json'], 'y\n'],
    ['publish', ['a.json'], 'n\n'],
    ['publish', ['-y', 'none.json']],
    ['publish', ['-y', 'folder']],
    ['publish', ['-y']],
    ['publish --omit-extensions', ['-y', '--omit-extensions', 'a.json']],
    ['publish --recursive', ['-y', '--recursive', 'folder']],
    ['publish --verbose', ['-y', '--verbose', 'a.json']],
    ['publish --decryption-order', ['-y', '--decryption-order', 'pgp,age', 'a.json']],
    ['publish --decryption-order', ['-y', 'a.json'], '', { SOPS_DECRYPTION_ORDER: 'age,age' }],
    ['publish --enable-local-keyservice', ['-y', '--enable-local-keyservice=false', 'a.json']],
    ['publish --enable-local-keyservice', ['-y', 'a.json'], '', { SOPS_ENABLE_LOCAL_KEYSERVICE: 'false' }],
    ['publish --keyservice', ['-y', ...alone, '--keyservice', `unix://${socket}`, 'a.json']],
    ['publish --keyservice', ['-y', 'a.json'], '', { ...nobody, SOPS_KEYSERVICE: `unix://${socket}` }],
  ];

  test.each(cases.map((one, at) => [`${one[0]} (${at + 1})`, one] as const))('%s', async (_, [, words, input = '', env = {}]) => {
    const { said: theirs, ...expected } = await publish([needed('sops')], ['publish', ...words], input, env);
    const { said, ...ours } = await publish(program, ['publish', ...words], input, env);
    expect(ours, `sops: ${theirs}\nours: ${said}`).toEqual(expected);
    expect(Object.keys(Object(ours.held)).length > 0).toBe(ours.status === 0);
  });
});
