// Every kind of master key, with the real service behind it, through key services: real sops asks ours, ours asks real sops's.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyRows } from '../interop/key-rows.ts';
import type { Environment, KeyPeer } from '../peers/key-peer.ts';
import { runBeside } from '../support/beside.ts';
import { fill, type Ran, type Started, startProgram, temporaryFolder, until } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const given = (env: Environment): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

describe.skipIf(lacks('sops', 'age-keygen', 'age-plugin-batchpass', 'gpg', 'moto_server', 'bao')).each(keyRows)(
  'through a key service: $title',
  ({ start }) => {
    const folder = temporaryFolder('kinds');
    let peer: KeyPeer | undefined;
    beforeAll(async () => {
      fill(folder, { 'plain.yaml': 'a: one\n' });
      peer = await start();
    });
    afterAll(async () => peer?.close());

    /** A client has no credentials; but real sops itself looks for the newest version of a key in Azure. */
    const clientEnvironment = (): Readonly<Record<string, string>> => (peer?.kind === 'azure_kv' ? given(peer.env) : {});

    const serve = async (server: readonly string[], path: string): Promise<Started> => {
      const env = { SOPS_DISABLE_VERSION_CHECK: '1', ...given(peer?.env ?? {}) };
      const started = startProgram(server, ['keyservice', '--verbose', '--net', 'unix', '--addr', path], { cwd: folder, env });
      await until(() => started.output().includes('Listening on') || started.child.exitCode !== null);
      return started;
    };

    test.each(['ours serves real sops', 'real sops serves ours'])('%s', async (pair) => {
      const ours = pair.startsWith('ours');
      const path = join(folder, `${String(ours)}.sock`);
      const { child, ended, output } = await serve(ours ? program : [needed('sops')], path);
      try {
        const client = async (command: string, ...words: readonly string[]): Promise<Ran> => {
          const argv = [command, '--enable-local-keyservice=false', '--keyservice', `unix://${path}`, ...words];
          return runBeside(ours ? [needed('sops')] : program, argv, { cwd: folder, env: clientEnvironment() });
        };
        const sealed = await client('encrypt', peer?.flag ?? '', peer?.key ?? '', 'plain.yaml');
        expect(sealed, output()).toMatchObject({ status: 0, stderr: '' });
        fill(folder, { 'sealed.yaml': sealed.stdout });
        expect(await client('decrypt', 'sealed.yaml'), output()).toMatchObject({ status: 0, stdout: 'a: one\n', stderr: '' });
      } finally {
        child.kill('SIGTERM');
        await ended;
      }
    });
  },
);
