import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/hckms/client.ts';
import { hckms } from '../../../src/keysources/hckms/index.ts';
import { hcKmsKey } from '../../../src/keysources/hckms/master-key.ts';
import { type Huawei, startHuawei, type Variables } from '../../peers/huawei.ts';
import { lacks } from '../../support/peers.ts';
import { testContext } from '../context.ts';
import { encryptWithSops, interchanges } from '../sops-file.ts';

const dataKey = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7));

describe('HuaweiCloud KMS', () => {
  let huawei: Huawei;
  let home: string;
  beforeAll(async () => {
    huawei = await startHuawei();
  });
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'home-'));
    return async () => rm(home, { recursive: true });
  });
  afterAll(async () => huawei.close());

  const roundTrip = async (keyId: string, env: Variables): Promise<Uint8Array> => {
    const masterKey = hcKmsKey(keyId);
    const context = testContext({ env, home });
    return client.unwrap({ masterKey, wrapped: await client.wrap(dataKey, masterKey, context) }, context);
  };
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(home, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    return path;
  };
  const inRegion = (region: string): string => huawei.key.replace('tr-west-1', region);

  it.each(['given', 'withoutProject', 'file', 'machine', 'pod', 'provider'] as const)(
    'opens what it wrapped, with credentials: %s',
    async (kind) => {
      expect(await roundTrip(huawei.key, { ...huawei.route, ...huawei.credentials[kind] })).toEqual(dataKey);
    },
  );

  it('finds the credentials file at home, with a project and the address of IAM', async () => {
    const { HUAWEICLOUD_SDK_IAM_ENDPOINT: iam, ...route } = huawei.route;
    await write(
      '.huaweicloud/credentials',
      `[other]\nak = x\n\n[basic]\nak: ak-first ; mine\n sk = 'sk-of-the-first'\niam_endpoint = ${iam}\n`,
    );
    expect(await roundTrip(huawei.key, route)).toEqual(dataKey);
  });

  it
    .skipIf(lacks('sops'))
    .each([
      'ak=ak-first\r\nsk=sk-of-the-first',
      'ak: ak-first\n  sk : sk-of-the-first',
      '"ak" = "ak-first" ; mine\nsk = `sk-of-the-first` # mine',
      "; mine\nak=wrong\nak = ak-first\nsk='sk-of-the-first'",
      'ak=ak-first#mine\nsk=sk-of-the-first;mine',
      'ak=ak-first\nsk=sk-of-\\\nthe-first',
      'ak="""ak-first"""\nsk=sk-of-the-first',
    ])('reads a credentials file as real sops does: %j', async (text) => {
    const { HUAWEICLOUD_SDK_IAM_ENDPOINT: _none, ...route } = huawei.route;
    const project = 'project_id = 0123456789abcdef0123456789abcdef';
    const file = await write('credentials', `ak = no\n[global]\nak = no\n[basic]\n${text}\n${project}\n[other]\nsk = no\n`);
    const env = { ...route, HUAWEICLOUD_SDK_CREDENTIALS_FILE: file };
    expect(await interchanges(hckms, await encryptWithSops('hckms', ['--hckms', huawei.key], env), testContext({ env }))).toBe(true);
  });

  describe('in a region of its own', () => {
    const regionsFile = (): string =>
      `# ours\nECS:\n- id: mine-1\n  endpoint: https://no.example\nkms:\n  - id: other-1\n    endpoint: https://other.example\n` +
      `  - id: mine-1\n    endpoint: ${huawei.down['HUAWEICLOUD_SDK_REGION_KMS_TR_WEST_1'] ?? ''}\n    endpoints:\n      - "${huawei.plain}" # the second\n`;

    it('is found by a variable, the next address where the first cannot be reached', async () => {
      const dead = huawei.down['HUAWEICLOUD_SDK_REGION_KMS_TR_WEST_1'] ?? '';
      const env = { ...huawei.env, HUAWEICLOUD_SDK_REGION_KMS_MINE_1: `${dead},${huawei.plain}` };
      expect(await roundTrip(inRegion('mine-1'), env)).toEqual(dataKey);
    });

    it('is found in the regions file, at home or where a variable says', async () => {
      const named = await write('regions', regionsFile());
      expect(await roundTrip(inRegion('mine-1'), { ...huawei.env, HUAWEICLOUD_SDK_REGIONS_FILE: named })).toEqual(dataKey);
      await write('.huaweicloud/regions.yaml', regionsFile());
      expect(await roundTrip(inRegion('mine-1'), huawei.env)).toEqual(dataKey);
    });

    it.skipIf(lacks('sops'))('is found where real sops finds it', async () => {
      const env = { ...huawei.env, HOME: home };
      await write('.huaweicloud/regions.yaml', regionsFile().replace(/    endpoint: http:\/\/127.*\n/, ''));
      const file = await encryptWithSops('hckms', ['--hckms', inRegion('mine-1')], env);
      expect(await interchanges(hckms, file, testContext({ env, home }))).toBe(true);
    });
  });

  it.skipIf(lacks('sops')).each([
    ['a key', (h: Huawei): string => h.key],
    ['two keys', (h: Huawei): string => `${h.key},${h.other}`],
  ])('and real sops interchange a data key wrapped for %s', async (_what, keys) => {
    const file = await encryptWithSops('hckms', ['--hckms', keys(huawei)], huawei.env);
    expect(await interchanges(hckms, file, testContext({ env: huawei.env }))).toBe(true);
  });
});
