import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/azure-kv/client.ts';
import { azureKv } from '../../../src/keysources/azure-kv/index.ts';
import { azureKvKey } from '../../../src/keysources/azure-kv/master-key.ts';
import type { Context } from '../../../src/ports.ts';
import { type Azure, startAzure, type Variables } from '../../peers/azure.ts';
import { versionId } from '../../peers/azure-vault.ts';
import { lacks } from '../../support/peers.ts';
import { testContext } from '../context.ts';
import { encryptWithSops, interchanges, wrappedKey } from '../sops-file.ts';

const dataKey = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7));

describe('Azure Key Vault', () => {
  let azure: Azure;
  beforeAll(async () => {
    azure = await startAzure();
  });
  afterAll(async () => azure.close());

  const contextOf = (env: Variables): Context => testContext({ env: { ...azure.route, ...env } });
  const roundTrip = async (url: string, context: Context): Promise<Uint8Array> => {
    const masterKey = azureKvKey(url);
    return client.unwrap({ masterKey, wrapped: await client.wrap(dataKey, masterKey, context) }, context);
  };

  it.each(['secret', 'certificate', 'workload', 'modest', 'cli'] as const)('opens what it wrapped, signed in by %s', async (kind) => {
    expect(await roundTrip(azure.key, contextOf(azure.credentials[kind]))).toEqual(dataKey);
  });

  it('asks for one token for all keys and vaults of a run', async () => {
    const tokens = async (): Promise<number> => (await azure.asked()).filter((asked) => asked.endsWith('/token')).length;
    const context = contextOf(azure.credentials.secret);
    const before = await tokens();
    await Promise.all([azure.key, azure.other, azure.other.replace('sopsmith', 'another')].map(async (url) => roundTrip(url, context)));
    await roundTrip(azure.key, context);
    expect(await tokens()).toBe(before + 1);
  });

  it('asks for another when the first is about to end', async () => {
    const minutes = (count: number): Date => new Date(Date.now() + count * 60 * 1000);
    let now = minutes(0);
    const context = { ...contextOf(azure.credentials.secret), now: () => now };
    const tokens = async (): Promise<number> => (await azure.asked()).filter((asked) => asked.endsWith('/token')).length;
    const before = await tokens();
    for (const later of [0, 50, 59]) {
      now = minutes(later);
      await client.wrap(dataKey, azureKvKey(azure.key), context);
    }
    expect(await tokens()).toBe(before + 2);
  });

  it('asks for another when the vault does not take the first', async () => {
    const answer = (token: string): string => `echo '{"accessToken":"${token}","expires_on":4102444800}'`;
    const used = join(await mkdtemp(join(tmpdir(), 'az-')), 'used');
    const env = await azure.az(`if [ -e '${used}' ]; then ${answer(azure.cliToken)}; else ${answer('revoked')}; : > '${used}'; fi`);
    const context = contextOf(env);
    expect(await roundTrip(azure.key, context)).toEqual(dataKey);
    await rm(dirname(used), { recursive: true });
  });

  it('asks for no more than the permission to encrypt or decrypt takes', async () => {
    const before = (await azure.asked()).length;
    const masterKey = azureKvKey(`${azure.key}/${versionId('first', 1)}`);
    await client.wrap(dataKey, masterKey, contextOf(azure.credentials.sealing));
    const asked = (await azure.asked()).slice(before).filter((each) => each.includes('/keys/'));
    expect(new Set(asked)).toEqual(new Set([`POST /keys/first/${versionId('first', 1)}/encrypt`]));
  });

  it('finds the newest version of a key that is named without', async () => {
    const [masterKey] = azureKv.parse(azure.key, {});
    expect(masterKey && azureKv.leavesOpen?.(masterKey)).toBe(true);
    const completed = await client.complete?.(azureKvKey(azure.key), contextOf(azure.credentials.secret));
    expect(completed).toEqual({ ...azureKvKey(azure.key), version: versionId('first', 2) });
    expect(completed && azureKv.leavesOpen?.(completed)).toBe(false);
    const given = azureKvKey(`${azure.key}/1234`);
    expect(await client.complete?.(given, testContext())).toBe(given);
  });

  it('opens what an older version wrapped', async () => {
    expect(await roundTrip(`${azure.key}/${versionId('first', 1)}`, contextOf(azure.credentials.secret))).toEqual(dataKey);
  });

  it.each(['vault.azure.cn', 'vault.usgovcloudapi.net'])('signs in where the cloud of %s does, without being told', async (ending) => {
    const url = azure.key.replace('vault.azure.net', ending);
    expect(await roundTrip(url, contextOf(azure.credentials.secret))).toEqual(dataKey);
    const elsewhere = { ...azure.credentials.secret, AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com' };
    await expect(roundTrip(url, contextOf(elsewhere))).rejects.toThrow('AADSTS500011');
  });

  describe.skipIf(lacks('sops'))('and real sops', () => {
    it.each([
      ['the newest version', (a: Azure): string => a.key],
      ['an older version', (a: Azure): string => `${a.key}/${versionId('first', 1)}`],
      ['two keys', (a: Azure): string => `${a.key},${a.other}`],
    ])('interchange a data key wrapped for %s', async (_what, keys) => {
      const env = { ...azure.route, ...azure.credentials.secret };
      const file = await encryptWithSops('azure_kv', ['--azure-kv', keys(azure)], env);
      expect(await interchanges(azureKv, file, testContext({ env }))).toBe(true);
      for (const entry of file.entries) {
        const { enc: _enc, created_at: _createdAt, ...fields } = entry;
        expect(Object.entries(azureKv.toFields(wrappedKey(azureKv, entry).masterKey))).toEqual(Object.entries(fields));
      }
    });
  });
});
