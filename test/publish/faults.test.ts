// Services that fail: buckets (what holds of secrets is in their own tests), and all destinations where nothing is ever answered.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Azure, startAzure } from '../peers/azure.ts';
import { type Behaviour, type Faulty, standBefore } from '../peers/faulty.ts';
import { type Gcp, startGcp } from '../peers/gcp.ts';
import { people } from '../peers/gcp-kms.ts';
import { type Moto, startMoto, takeObjects } from '../peers/moto.ts';
import { startVault, type Vault } from '../peers/vault.ts';
import { type Ran, temporaryFolder } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { Laboratory } from './lab.ts';

const codes: Readonly<Record<number, string>> = { 400: 'ExpiredToken', 429: 'SlowDown', 503: 'SlowDown' };
const inXml: Behaviour = {
  isWrite: ({ method }) => method === 'PUT',
  said: (status) => ({
    type: 'application/xml',
    body: `<?xml version="1.0"?><Error><Code>${codes[status] ?? 'InternalError'}</Code><Message>a fault</Message></Error>`,
  }),
};
const stays = { on: 'any', pass: 0, times: 1000 } as const;

describe.skipIf(lacks('sops', 'age-keygen', 'moto_server', 'bao'))('services that fail', () => {
  const cwd = temporaryFolder('publish-faults');
  const silentFolder = temporaryFolder('publish-silent');
  let moto: Moto;
  let gcp: Gcp;
  let azure: Azure;
  let vault: Vault;
  let beforeMoto: Faulty;
  let beforeVault: Faulty;
  let lab: Laboratory;
  let silent: Laboratory;

  beforeAll(async () => {
    [moto, gcp, azure, vault] = await Promise.all([startMoto(), startGcp(), startAzure(), startVault()]);
    [beforeMoto, beforeVault] = await Promise.all([standBefore(moto.url, inXml), standBefore(vault.url, inXml)]);
    const google = {
      GCE_METADATA_HOST: '127.0.0.1:9',
      SSL_CERT_FILE: gcp.reach('rest')['SSL_CERT_FILE'] ?? '',
      GOOGLE_OAUTH_ACCESS_TOKEN: gcp.tokens.issue(people.user),
    };
    const amazon = { AWS_ENDPOINT_URL: beforeMoto.url, AWS_REGION: 'us-east-1' };
    lab = new Laboratory(cwd, { ...amazon, ...moto.publisher, ...google, HTTPS_PROXY: gcp.proxy, NO_PROXY: '127.0.0.1' });
    silent = new Laboratory(silentFolder, { ...amazon, ...moto.manager, ...google, NO_PROXY: '127.0.0.1', VAULT_TOKEN: 'root' });
  }, 90_000);
  afterAll(async () => {
    await Promise.all([beforeMoto.close(), beforeVault.close()]);
    await Promise.all([moto.close(), gcp.close(), azure.close(), vault.close()]);
  });

  const publish = async (...words: readonly string[]): Promise<Ran> => lab.ours(['publish', '--yes', ...words]);

  describe('S3', () => {
    const rules = (): void => lab.rules('destination_rules:\n  - s3_bucket: published\n');

    test('busy for a moment is asked again, busy for long is told', async () => {
      rules();
      beforeMoto.set({ on: 'write', pass: 0, times: 2, status: 503 });
      expect(await publish('app.yaml')).toEqual({ status: 0, stdout: '', stderr: '' });
      beforeMoto.set({ ...stays, status: 503 });
      expect(await publish('app.yaml')).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(
          /s3:\/\/published\/app\.yaml: SlowDown: a fault \(asked 3 times\); AWS asks for fewer requests: try again later/,
        ),
      });
      beforeMoto.set({ ...stays, status: 429 });
      expect(await publish('app.yaml')).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/status 429.*; AWS asks for fewer requests/),
      });
      beforeMoto.set({ ...stays, status: 400 });
      expect(await publish('app.yaml')).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/ExpiredToken: a fault; the credentials have expired/),
      });
      beforeMoto.set(undefined);
      expect([...(await takeObjects(moto.url, 'published')).keys()]).toEqual(['app.yaml']);
    });

    test('files that failed are named, and a second run puts them there', async () => {
      rules();
      beforeMoto.set({ on: 'write', pass: 2, times: 1000, status: 403 });
      const { status, stderr } = await publish('--recursive', 'app.yaml', 'more', 'raw.bin');
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('4 files: 2 published, 2 failed') });
      beforeMoto.set(undefined);
      expect(await takeObjects(moto.url, 'published')).toHaveLength(2);
      expect(await publish('--recursive', 'app.yaml', 'more', 'raw.bin')).toMatchObject({ status: 0 });
      expect(await takeObjects(moto.url, 'published')).toHaveLength(4);
    });
  });

  describe('Google Cloud Storage', () => {
    const rules = (): void => lab.rules('destination_rules:\n  - gcs_bucket: published\n');
    const busy = { status: 'RESOURCE_EXHAUSTED', message: 'a fault' } as const;

    test('busy for a moment is asked again, busy for long is told', async () => {
      rules();
      gcp.faults.storage.push(busy, busy);
      expect(await publish('app.yaml')).toEqual({ status: 0, stdout: '', stderr: '' });
      gcp.faults.storage.push(busy, busy, busy);
      const told = expect.stringMatching(/gcs:\/\/published\/app\.yaml: a fault; try again later/);
      expect(await publish('app.yaml')).toMatchObject({ status: 1, stderr: told });
      expect(gcp.faults.storage).toEqual([]);
      gcp.storage.objects.clear();
    });

    test('files that failed are named, and a second run puts them there', async () => {
      rules();
      gcp.faults.storage.push({ status: 'PERMISSION_DENIED' }, { status: 'INVALID_ARGUMENT' });
      expect(await publish('--recursive', 'app.yaml', 'more', 'raw.bin')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('4 files: 2 published, 2 failed'),
      });
      expect(gcp.storage.objects.size).toBe(2);
      expect(await publish('--recursive', 'app.yaml', 'more', 'raw.bin')).toMatchObject({ status: 0 });
      expect(gcp.storage.objects.size).toBe(4);
    });
  });

  test('where nothing is ever answered, it is said whom was asked in vain, within 20 s or as Vault was told', async () => {
    silent.rules(`destination_rules:
  - {path_regex: app.yaml, s3_bucket: published}
  - {path_regex: api.json, aws_secrets_prefix: p/}
  - {path_regex: app.env, aws_parameters_prefix: /p/}
  - {path_regex: raw.bin, vault_path: p, vault_address: '${beforeVault.url}'}
`);
    beforeMoto.set({ ...stays, status: 'silent' });
    beforeVault.set({ ...stays, status: 'silent' });
    gcp.faults.storage.push('silent');
    gcp.secretFaults.set({ ...stays, status: 'silent' });
    await azure.control('faults', JSON.stringify({ ...stays, status: 'silent' }));
    const elsewhere = (name: string, fields: string): Laboratory => {
      const folder = new Laboratory(folderIn(silentFolder, name), {
        SSL_CERT_FILE: gcp.reach('rest')['SSL_CERT_FILE'] ?? '',
        HTTPS_PROXY: gcp.proxy,
        GOOGLE_OAUTH_ACCESS_TOKEN: gcp.tokens.issue(people.user),
        ...(name === 'azure' ? azure.env : {}),
      });
      folder.rules(`destination_rules: [{${fields}}]`);
      return folder;
    };
    const runs: readonly (readonly [Laboratory, string, Readonly<Record<string, string>>, RegExp])[] = [
      [silent, 'app.yaml', {}, /s3:\/\/published\/app\.yaml: no answer from .* within 20 s.*AWS_ENDPOINT_URL_S3/],
      [silent, 'more/api.json', {}, /aws-secrets-manager:p\/api\.json: no answer from .* within 20 s.*AWS_ENDPOINT_URL_SECRETS_MANAGER/],
      [silent, 'more/app.env', {}, /aws-parameter-store:\/p\/app\.env: no answer from .* within 20 s.*AWS_ENDPOINT_URL_SSM/],
      [silent, 'raw.bin', { VAULT_CLIENT_TIMEOUT: '1s' }, /\/v1\/secret\/data\/p\/raw\.bin: no answer from .* within 1 s/],
      [elsewhere('gcs', 'gcs_bucket: published'), 'app.yaml', {}, /gcs:\/\/published\/app\.yaml: no answer from .* within 20 s/],
      [elsewhere('gcp', 'gcp_secrets_project: p1'), 'app.yaml', {}, /projects\/p1\/secrets\/app-yaml: no answer from .* within 20 s/],
      [elsewhere('azure', `azure_secrets_vault: '${azure.vault}'`), 'app.yaml', {}, /secrets\/app-yaml: no answer from .* within 20 s/],
    ];
    const said = await Promise.all(runs.map(async ([folder, file, env]) => folder.ours(['publish', '--yes', file], { env })));
    for (const [at, [, , , message]] of runs.entries())
      expect(said[at]).toMatchObject({ status: 1, stderr: expect.stringMatching(message) });
  }, 60_000);
});

function folderIn(parent: string, name: string): string {
  const folder = join(parent, name);
  mkdirSync(folder);
  return folder;
}
