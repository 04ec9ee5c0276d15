// A run is over when it has its data key, whatever another service still owes: the program itself, as it is built.
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Huawei, startHuawei, type Variables } from '../peers/huawei.ts';
import { listening } from '../peers/serve.ts';
import { runProgram, temporaryFolder } from '../support/cli.ts';
import { program } from '../support/program.ts';

describe('a service that says nothing', () => {
  const folder = temporaryFolder('silence');
  const silent = createServer(() => undefined);
  let huawei: Huawei;
  let url: string;
  let sealed: Readonly<Record<string, unknown>>;
  beforeAll(async () => {
    huawei = await startHuawei();
    url = `http://127.0.0.1:${await listening(silent)}`;
    writeFileSync(join(folder, 'plain.json'), '{"a":1}\n');
    sealed = JSON.parse(runProgram(program, ['encrypt', '--hckms', huawei.key, 'plain.json'], { cwd: folder, env: huawei.env }).stdout);
  });
  afterAll(async () => {
    silent.closeAllConnections();
    silent.close();
    await huawei.close();
  });

  const dated = { created_at: '2026-01-01T00:00:00Z', enc: 'AAAA' };
  it.each<[string, string, () => object, () => Variables]>([
    [
      "Google's metadata service",
      'gcp_kms',
      () => ({ resource_id: 'projects/p/locations/l/keyRings/r/cryptoKeys/k' }),
      () => ({ GCE_METADATA_HOST: new URL(url).host }),
    ],
    [
      'the login of Vault',
      'hc_vault',
      () => ({ vault_address: url, engine_path: 'transit', key_name: 'k' }),
      () => ({ VAULT_ADDR: url, SOPSMITH_VAULT_AUTH: 'approle', SOPSMITH_VAULT_ROLE_ID: 'a', SOPSMITH_VAULT_SECRET_ID: 'b' }),
    ],
    [
      'a vault of Azure',
      'azure_kv',
      () => ({ vault_url: 'https://sopsmith.vault.azure.net', name: 'first', version: '1' }),
      () => ({ HTTPS_PROXY: url, AZURE_TOKEN_CREDENTIALS: 'AzureCLICredential' }),
    ],
  ])('holds nobody up: %s', (_what, list, entry, env) => {
    const sops = { ...Object(sealed['sops']), [list]: [{ ...entry(), ...dated }] };
    writeFileSync(join(folder, 'sealed.json'), JSON.stringify({ ...sealed, sops }));
    const order = { SOPS_DECRYPTION_ORDER: `${list},hckms` };
    const start = Date.now();
    const opened = runProgram(program, ['decrypt', 'sealed.json'], { cwd: folder, env: { ...huawei.env, ...env(), ...order } });
    expect(opened).toMatchObject({ status: 0 });
    expect(Date.now() - start).toBeLessThan(8_000);
  });
});
