// A hostile file that names master keys with characters that steer a terminal: the program itself, as it is built.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram, temporaryFolder } from '../support/cli.ts';
import { needed } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { execFileSync } from 'node:child_process';

const hostile = '\u001B]0;title\u0007\u001B[31mred\u009B1m\u202Eback\u2028';
const nowhere = '127.0.0.1:1';
const entries: Readonly<Record<string, object>> = {
  pgp: { fp: hostile },
  kms: { arn: hostile, aws_profile: '' },
  'kms profile': { arn: 'arn:aws:kms:us-east-1:1:key/a', aws_profile: hostile, role: hostile },
  gcp_kms: { resource_id: hostile },
  azure_kv: { vault_url: `https://${nowhere}`, name: hostile, version: hostile },
  hc_vault: { vault_address: `http://${nowhere}`, engine_path: hostile, key_name: hostile },
  'hc_vault address': { vault_address: hostile, engine_path: 'transit', key_name: 'a' },
  hckms: { key_id: `tr-west-1:${hostile}` },
  'hckms region': { key_id: `${hostile}:a` },
};
/** Nobody is asked but this machine. */
const env = {
  AWS_EC2_METADATA_DISABLED: 'true',
  AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
  GOOGLE_OAUTH_ACCESS_TOKEN: 'token',
  SOPS_GCP_KMS_ENDPOINT: `http://${nowhere}`,
  HUAWEICLOUD_SDK_AK: 'a',
  HUAWEICLOUD_SDK_SK: 'b',
  HUAWEICLOUD_SDK_PROJECT_ID: 'c',
  HUAWEICLOUD_SDK_REGION_KMS_TR_WEST_1: `http://${nowhere}`,
};

describe('a file that names master keys to steer the terminal', () => {
  const folder = temporaryFolder('terminal');
  const identities = join(folder, 'keys.txt');
  let sealed: Readonly<Record<string, unknown>>;
  beforeAll(() => {
    execFileSync(needed('age-keygen'), ['-o', identities], { stdio: 'ignore' });
    const recipient = execFileSync(needed('age-keygen'), ['-y', identities], { encoding: 'utf8' }).trim();
    writeFileSync(join(folder, 'plain.json'), '{"a":1}\n');
    sealed = JSON.parse(runProgram(program, ['encrypt', '--age', recipient, 'plain.json'], { cwd: folder }).stdout);
  });

  it.each(Object.entries(entries))('is told of as it is: %s', (name, entry) => {
    const [list = ''] = name.split(' ');
    const sops = { ...Object(sealed['sops']), [list]: [{ ...entry, created_at: '2026-01-01T00:00:00Z', enc: 'AAAA' }] };
    writeFileSync(join(folder, 'sealed.json'), JSON.stringify({ ...sealed, sops }));
    for (const [argv, identity] of [
      [['decrypt', 'sealed.json'], {}],
      [['--verbose', 'rotate', 'sealed.json'], { SOPS_AGE_KEY_FILE: identities }],
      [['keys', 'sealed.json'], { SOPS_AGE_KEY_FILE: identities }],
    ] as const) {
      const { stdout, stderr } = runProgram(program, argv, { cwd: folder, env: { ...env, ...identity } });
      expect(`${stdout}${stderr}`).toContain('\\u001b');
      // oxlint-disable-next-line no-control-regex -- these are what is looked for
      expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028-\u202E]/);
    }
  });
});
