// HuaweiCloud on loopback, before ours may believe it: real sops, on Huawei's own SDK, finds everything there that it asks Huawei for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Huawei, startHuawei, type Variables } from '../../peers/huawei.ts';
import { lacks } from '../../support/peers.ts';
import { encryptWithSops, type SopsFile } from '../sops-file.ts';

describe.skipIf(lacks('sops'))('HuaweiCloud on loopback, with real sops', () => {
  let huawei: Huawei;
  beforeAll(async () => {
    huawei = await startHuawei();
  });
  afterAll(async () => huawei.close());
  const encrypt = async (key: string, env: Variables): Promise<SopsFile> =>
    encryptWithSops('hckms', ['--hckms', key], { ...huawei.route, ...env });

  it.each(['given', 'withoutProject', 'file', 'machine', 'pod', 'provider'] as const)('takes credentials: %s', async (kind) => {
    const file = await encrypt(huawei.key, huawei.credentials[kind]);
    expect(file.entries).toMatchObject([{ key_id: huawei.key }]);
    expect(await file.opensWith(file.entries)).toBe(true);
  });

  it('lets nobody do what they may not', async () => {
    await expect(encrypt(huawei.key, huawei.denied)).rejects.toThrow('You have no permission');
    await expect(encrypt(huawei.key, huawei.onlyOther)).rejects.toThrow('You have no permission');
    const wrong = { ...huawei.credentials.given, HUAWEICLOUD_SDK_SK: 'wrong' };
    await expect(encrypt(huawei.key, wrong)).rejects.toThrow('verify aksk signature fail');
    await expect(encrypt(huawei.key, huawei.down)).rejects.toThrow('connection refused');
  });

  it('makes real sops crash where IAM has no project, or several', async () => {
    const env = { ...huawei.credentials.withoutProject, HUAWEICLOUD_SDK_REGION_KMS_ME_EAST_1: huawei.plain };
    await expect(encrypt(huawei.key.replace('tr-west-1', 'me-east-1'), env)).rejects.toThrow('panic: ');
  });

  it.each([
    ['busy', 'APIGW.0308'],
    ['garbled', 'readObjectStart'],
    ['hollow', 'missing ciphertext'],
    ['disabled', 'KMS.0402'],
    ['missing', 'KMS.0401'],
  ])('has a key that is %s', async (name, said) => {
    await expect(encrypt(huawei.keyNamed(name), huawei.credentials.given)).rejects.toThrow(said);
  });
});
