// Keys by the names of entries, each kind with its real service: they are used, and those of the person are not.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAge } from '../peers/age.ts';
import { startAws } from '../peers/aws.ts';
import { startAzure } from '../peers/azure.ts';
import { startGcpPeer } from '../peers/gcp.ts';
import type { Environment, KeyPeer } from '../peers/key-peer.ts';
import { startPgp } from '../peers/pgp.ts';
import { startVaultPeer } from '../peers/vault.ts';
import { runBeside } from '../support/beside.ts';
import { ageIdentity, fill, type Ran, temporaryFolder } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';

interface Row {
  readonly title: string;
  readonly entry: string;
  readonly start: () => Promise<{ readonly peer: KeyPeer; readonly content: string }>;
}

const variable = ({ env }: KeyPeer, name: string): string => env[name] ?? '';

const rows: readonly Row[] = [
  {
    title: 'age, post-quantum',
    entry: 'pq.agekey',
    start: async () => {
      const peer = await startAge('post-quantum');
      return { peer, content: readFileSync(variable(peer, 'SOPS_AGE_KEY_FILE'), 'utf8') };
    },
  },
  {
    title: 'PGP',
    entry: 'flux.asc',
    start: async () => {
      const peer = await startPgp();
      return { peer, content: Buffer.from(await peer.home.gpg('--armor', '--export-secret-keys', peer.key)).toString() };
    },
  },
  {
    title: 'AWS KMS',
    entry: 'sops.aws-kms',
    start: async () => {
      const peer = await startAws();
      const names = ['aws_access_key_id', 'aws_secret_access_key'] as const;
      return { peer, content: names.map((name) => `${name}: ${variable(peer, name.toUpperCase())}\n`).join('') };
    },
  },
  {
    title: 'Azure Key Vault',
    entry: 'sops.azure-kv',
    start: async () => {
      const peer = await startAzure();
      const [tenantId, clientId, clientSecret] = ['TENANT_ID', 'CLIENT_ID', 'CLIENT_SECRET'].map((name) => variable(peer, `AZURE_${name}`));
      return { peer, content: JSON.stringify({ tenantId, clientId, clientSecret }) };
    },
  },
  {
    title: 'GCP KMS',
    entry: 'sops.gcp-kms',
    start: async () => {
      const peer = await startGcpPeer('rest');
      return { peer, content: variable(peer, 'GOOGLE_CREDENTIALS') };
    },
  },
  {
    title: 'Vault (OpenBao)',
    entry: 'sops.vault-token',
    start: async () => {
      const peer = await startVaultPeer();
      return { peer, content: `${variable(peer, 'VAULT_TOKEN')}\n` };
    },
  },
];

const given = (env: Environment): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

describe.skipIf(lacks('age-keygen', 'age-plugin-batchpass', 'gpg', 'moto_server', 'bao')).each(rows)(
  '$title as $entry',
  ({ entry, start }) => {
    const folder = temporaryFolder('flux-keys');
    let peer: KeyPeer | undefined;

    beforeAll(async () => {
      const started = await start();
      ({ peer } = started);
      fill(folder, {
        [`keys/${entry}`]: started.content,
        'strangers/other.agekey': ageIdentity().identity,
        'k/kustomization.yaml': 'resources:\n  - m.yaml\n',
        'k/m.yaml': 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: one\nstringData:\n  pw: hunter2\n',
      });
      const argv = ['encrypt', '--in-place', '--encrypted-regex', '^stringData$', peer.flag, peer.key, 'k/m.yaml'];
      const { status, stderr } = await run(peer.env, ...argv);
      if (status !== 0) throw new Error(stderr);
    });
    afterAll(async () => peer?.close());

    const run = async (env: Environment, ...argv: readonly string[]): Promise<Ran> =>
      runBeside(program, argv, { cwd: folder, env: given(env) });

    test('opens what the person may not', async () => {
      const { status, stdout, stderr } = await run(peer?.denied ?? {}, 'kustomize', 'decrypt', 'k', '--keys', 'keys', '--output', 'plain');
      expect({ status, stdout, stderr }).toMatchObject({ status: 0, stdout: '' });
      expect(readFileSync(join(folder, 'plain/k/m.yaml'), 'utf8')).toContain('pw: hunter2\n');
      const explained = await run(peer?.denied ?? {}, 'kustomize', 'decrypt', 'k', '--keys', 'keys', '--explain', '--json');
      const [source] = JSON.parse(explained.stdout).sources;
      expect(source.keys).toMatchObject([{ entry }]);
      expect(explained.stdout + explained.stderr).not.toContain(readFileSync(join(folder, 'keys', entry), 'utf8').trim());
    });

    test('what the person may open is not opened without the entry', async () => {
      const { status, stdout } = await run(peer?.env ?? {}, 'kustomize', 'decrypt', 'k', '--keys', 'strangers', '--explain', '--json');
      expect({ status, ...JSON.parse(stdout).sources[0] }).toMatchObject({ status: 1, outcome: 'failed', reason: 'no-key' });
      expect((await run(peer?.env ?? {}, 'kustomize', 'decrypt', 'k', '--explain')).status).toBe(0);
    });
  },
);
