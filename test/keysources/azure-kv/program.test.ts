// The program itself, as it is built: on Node, or the executable that `SOPSMITH` names. Managed identities and the Azure CLI go by the variables of the process.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azure, startAzure, type Variables } from '../../peers/azure.ts';
import { versionId } from '../../peers/azure-vault.ts';
import { fill, type Ran, runProgram, temporaryFolder, textOf } from '../../support/cli.ts';
import { program } from '../../support/program.ts';

describe('the program with Azure Key Vault', () => {
  const folder = temporaryFolder('azure');
  let azure: Azure;
  beforeAll(async () => {
    azure = await startAzure();
    writeFileSync(join(folder, 'plain.yaml'), 'a: "1"\n');
  });
  afterAll(async () => azure.close());
  const run = (words: readonly string[], env: Variables): Ran =>
    runProgram(program, words, { cwd: folder, env: { ...azure.route, ...env } });

  it.each(['secret', 'certificate', 'workload', 'appService', 'virtualMachine', 'cli'] as const)(
    'encrypts and decrypts, and says nothing else, signed in by %s',
    (kind) => {
      const sealed = run(['encrypt', '--azure-kv', azure.key, 'plain.yaml'], azure.credentials[kind]);
      expect(sealed).toMatchObject({ status: 0, stderr: '' });
      expect(sealed.stdout).toContain(`version: ${versionId('first', 2)}`);
      writeFileSync(join(folder, 'sealed.yaml'), sealed.stdout);
      expect(run(['decrypt', 'sealed.yaml'], azure.credentials[kind])).toEqual({ status: 0, stdout: 'a: "1"\n', stderr: '' });
    },
  );

  it('moves a file to the newest version where the rule names none, as real sops does', () => {
    const sealed = run(['encrypt', '--azure-kv', `${azure.key}/${versionId('first', 1)}`, 'plain.yaml'], azure.credentials.secret);
    fill(folder, { 'old.yaml': sealed.stdout, 'rule.yaml': `creation_rules:\n  - azure_keyvault: ${azure.key}\n` });
    const updated = run(['--config', 'rule.yaml', 'updatekeys', '--yes', 'old.yaml'], azure.credentials.secret);
    expect(updated).toMatchObject({ status: 0 });
    expect(textOf(folder, 'old.yaml')).toContain(`version: ${versionId('first', 2)}`);
    expect(textOf(folder, 'old.yaml')).not.toContain(versionId('first', 1));
    const again = run(['--config', 'rule.yaml', 'updatekeys', '--yes', 'old.yaml'], azure.credentials.secret);
    expect(again.stderr + again.stdout).toMatch(/already up to date/);
  });

  it('tries all credentials where none is chosen, and stops at the first that is there', () => {
    const { AZURE_TOKEN_CREDENTIALS: _chosen, ...cli } = azure.credentials.cli;
    const noMachine = { HTTP_PROXY: azure.down['HTTP_PROXY'] ?? '' };
    expect(run(['encrypt', '--azure-kv', azure.key, 'plain.yaml'], { ...cli, ...noMachine })).toMatchObject({ status: 0, stderr: '' });
    const wrong = { ...azure.credentials.secret, AZURE_CLIENT_SECRET: 'wrong', AZURE_TOKEN_CREDENTIALS: '' };
    const refused = run(['encrypt', '--azure-kv', azure.key, 'plain.yaml'], { ...cli, ...noMachine, ...wrong });
    expect(refused.stderr).toMatch(/no token: EnvironmentCredential: AADSTS7000215: Invalid client secret provided\n$/);
  });

  it('says how to log in where a login is over', () => {
    const { status, stderr } = run(['encrypt', '--azure-kv', azure.key, 'plain.yaml'], azure.credentials.loggedOut);
    expect(status).toBe(1);
    expect(stderr).toMatch(/AzureCLICredential: AADSTS700082: The refresh token has expired.*; run az login --tenant [\w-]+;/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
