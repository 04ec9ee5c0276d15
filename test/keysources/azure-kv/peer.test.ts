// Azure on loopback, before ours may believe it: real sops, on Microsoft's own libraries, finds everything there that it asks Azure for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azure, startAzure, type Variables } from '../../peers/azure.ts';
import { versionId } from '../../peers/azure-vault.ts';
import { lacks } from '../../support/peers.ts';
import { encryptWithSops, type SopsFile } from '../sops-file.ts';

describe.skipIf(lacks('sops'))('Azure on loopback, with real sops', () => {
  let azure: Azure;
  beforeAll(async () => {
    azure = await startAzure();
  });
  afterAll(async () => azure.close());
  const encrypt = async (key: string, env: Variables): Promise<SopsFile> =>
    encryptWithSops('azure_kv', ['--azure-kv', key], { ...azure.route, ...env });
  const newest = (): string => `${azure.key}/${versionId('first', 2)}`;

  it.each(['secret', 'certificate', 'workload', 'appService', 'virtualMachine', 'cli'] as const)('takes %s', async (kind) => {
    const file = await encrypt(azure.key, azure.credentials[kind]);
    expect(file.entries).toMatchObject([{ vault_url: 'https://sopsmith.vault.azure.net', name: 'first', version: versionId('first', 2) }]);
    expect(await file.opensWith(file.entries)).toBe(true);
  });

  it('lets applications do what they may, and no more', async () => {
    const { modest, sealing } = azure.credentials;
    const file = await encrypt(newest(), modest);
    expect(await file.opensWith(file.entries)).toBe(true);
    const sealed = await encrypt(newest(), sealing);
    expect(await sealed.opensWith(sealed.entries)).toBe(false);
    await expect(encrypt(azure.key, modest)).rejects.toThrow('does not have keys get permission');
    await expect(encrypt(newest(), azure.denied)).rejects.toThrow('does not have keys encrypt permission');
    await expect(encrypt(newest(), azure.onlyOther)).rejects.toThrow('does not have keys encrypt permission');
    await expect(encrypt(azure.key, azure.credentials.loggedOut)).rejects.toThrow('az login');
  });

  it('has the clouds of states, each with a sign-in of its own', async () => {
    const key = azure.key.replace('vault.azure.net', 'vault.azure.cn');
    const file = await encrypt(key, { ...azure.credentials.secret, AZURE_AUTHORITY_HOST: 'https://login.chinacloudapi.cn' });
    expect(await file.opensWith(file.entries)).toBe(true);
    await expect(encrypt(key, azure.credentials.secret)).rejects.toThrow('AADSTS500011');
  });

  it.each([
    ['busy', '429'],
    ['garbled', 'invalid character'],
    ['disabled', 'disabled key'],
    ['missing', 'was not found in this key vault'],
  ])('has a key that is %s', async (name, said) => {
    await expect(encrypt(`${azure.keyNamed(name)}/${versionId('first', 2)}`, azure.credentials.secret)).rejects.toThrow(said);
  });
});
