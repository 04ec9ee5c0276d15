// `init` for every kind of master key, with the service behind it: by the config file that it writes, both programs encrypt, and read what the other wrote. `doctor` names the keys.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeyPeer } from '../peers/key-peer.ts';
import { kinds } from '../parity/kinds.ts';
import { runBeside } from '../support/beside.ts';
import { fill, type Ran, temporaryFolder, textOf } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const plain = 'a: secret\nb: clear\n';

describe.skipIf(lacks('sops', 'gpg', 'moto_server', 'bao')).each(kinds)('init $title', ({ flag, start }) => {
  let peer: KeyPeer | undefined;
  let env: Readonly<Record<string, string>> = {};
  const cwd = temporaryFolder('init-kinds');
  const run = (command: readonly string[], ...argv: readonly string[]): Promise<Ran> =>
    runBeside(command, argv, { cwd, env: { SOPS_DISABLE_VERSION_CHECK: '1', ...env } });
  const ours = (...argv: readonly string[]): Promise<Ran> => run(program, ...argv);
  const theirs = (...argv: readonly string[]): Promise<Ran> => run([needed('sops')], ...argv);

  beforeAll(async () => {
    peer = await start();
    env = Object.fromEntries(Object.entries(peer.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  });
  afterAll(async () => peer?.close());

  test('makes a config by which both programs encrypt and decrypt', async () => {
    const { key = '', other = '', kind = '' } = peer ?? {};
    expect(
      await ours('init', `--${flag}`, `${key},${other}`, '--path-regex', String.raw`\.yaml$`, '--encrypted-regex', '^a$'),
    ).toMatchObject({
      status: 0,
      stderr: '',
    });
    for (const [encrypt, decrypt] of [
      [theirs, ours],
      [ours, theirs],
      [ours, ours],
    ] as const) {
      fill(cwd, { 'a.yaml': plain });
      expect(await encrypt('encrypt', '-i', 'a.yaml')).toMatchObject({ status: 0, stderr: '' });
      expect(textOf(cwd, 'a.yaml')).toMatch(/^a: ENC\[.*\nb: clear\n/);
      expect(await decrypt('decrypt', 'a.yaml')).toEqual({ status: 0, stdout: plain, stderr: '' });
    }
    const { stdout: listed } = await ours('keys', '--json', 'a.yaml');
    expect(JSON.parse(listed)).toMatchObject([
      {
        opens: true,
        groups: [
          {
            keys: [
              { kind, opens: true },
              { kind, opens: true },
            ],
          },
        ],
      },
    ]);
    const { stdout, status } = await ours('doctor', 'a.yaml');
    expect(stdout).toContain('a.yaml: opens');
    expect(stdout.match(new RegExp(`^ +yes +${kind} `, 'gm'))?.length).toBeGreaterThanOrEqual(2);
    expect(status, stdout).toBe(0);
  });

  test('refuses a key that is none', async () => {
    const before = textOf(cwd, '.sops.yaml');
    const { status, stderr } = await ours('init', '--config', 'other.yaml', `--${flag}`, '://');
    expect([status, stderr]).toEqual([1, expect.stringContaining('Error: ')]);
    expect(textOf(cwd, '.sops.yaml')).toBe(before);
  });
});
