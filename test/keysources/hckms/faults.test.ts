// What goes wrong on the way to HuaweiCloud KMS: each fault names the key and what to do, ends in bounded time, and tells no secret.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/hckms/client.ts';
import { hcKmsKey } from '../../../src/keysources/hckms/master-key.ts';
import { type Huawei, startHuawei, type Variables } from '../../peers/huawei.ts';
import { testContext } from '../context.ts';

const dataKey = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 3 + 64));
const wrapped = Buffer.alloc(100, 'w').toString('base64');
const secrets = ['sk-of-the-first', 'sk-of-the-stranger', 'security-token', 'Signature=4', dataKey.toString('base64'), wrapped, '\n'];

describe('a fault of HuaweiCloud KMS', () => {
  let huawei: Huawei;
  beforeAll(async () => {
    huawei = await startHuawei();
  });
  afterAll(async () => huawei.close());

  /** What it says, checked for what must be in every such error, and for what must not. */
  const failure = async (work: Promise<unknown>, keyId: string): Promise<string> => {
    const error: unknown = await work.then(
      (value) => Promise.reject(new Error(`no failure: ${String(value)}`)),
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'SopsError', message: expect.stringContaining(`HuaweiCloud KMS key '${keyId}'`) });
    const message = error instanceof Error ? error.message : '';
    for (const secret of secrets) expect(message).not.toContain(secret);
    return message;
  };
  const wrap = async (keyId: string, env: Variables, signal?: AbortSignal): Promise<string> =>
    failure(client.wrap(dataKey, hcKmsKey(keyId), testContext({ env: { ...huawei.route, ...env } }), signal), keyId);
  const unwrap = async (keyId: string, env: Variables, enc: string = wrapped): Promise<string> =>
    failure(client.unwrap({ masterKey: hcKmsKey(keyId), wrapped: enc }, testContext({ env: { ...huawei.route, ...env } })), keyId);

  it.each([
    ['busy', /throttled: try again later \(APIGW\.0308/],
    ['failing', /failed with status 500: try again later/],
    ['garbled', /is not JSON/],
    ['hollow', /malformed/],
    ['telling', /does not take the request/],
    ['disabled', /the key is not in use: look at its state/],
    ['missing', /there is no such key in this region and project/],
  ])('%s', async (id, said) => {
    expect(await wrap(huawei.keyNamed(id), huawei.credentials.given)).toMatch(said);
    expect(await wrap(huawei.keyNamed(id), huawei.credentials.machine)).toMatch(said);
  });

  it('is asked about again where that may help', async () => {
    const { given } = huawei.credentials;
    const context = testContext({ env: { ...huawei.route, ...given } });
    expect(await client.wrap(dataKey, hcKmsKey(huawei.keyNamed('flaky')), context)).toBe('c2VhbGVk');
  });

  it('names the permission that is missing', async () => {
    expect(await wrap(huawei.key, huawei.denied)).toContain('access denied: the permission kms:cmk:encryptData is missing');
    expect(await unwrap(huawei.key, huawei.onlyOther)).toContain('access denied: the permission kms:cmk:decryptData is missing');
  });

  it('is told of a data key that another key wrapped', async () => {
    const enc = await client.wrap(dataKey, hcKmsKey(huawei.other), testContext({ env: huawei.env }));
    expect(await unwrap(huawei.key, huawei.credentials.given, enc)).toContain('another key wrapped the data key');
    expect(await unwrap(huawei.key, huawei.credentials.given, '')).toContain('another key wrapped the data key');
  });

  it.each([
    ['a wrong secret', { HUAWEICLOUD_SDK_SK: 'wrong' }, 'the credentials are not taken: look at HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK'],
    ['temporary credentials that ended', { HUAWEICLOUD_SDK_SECURITY_TOKEN: 'old' }, 'the credentials have expired'],
    ['another project', { HUAWEICLOUD_SDK_PROJECT_ID: 'other' }, 'nothing is there: look at the region and the project'],
    [
      'an address of IAM that is not safe',
      { HUAWEICLOUD_SDK_PROJECT_ID: '', HUAWEICLOUD_SDK_IAM_ENDPOINT: 'http://x' },
      'is not the https address',
    ],
  ])('%s', async (_what, change, said) => {
    expect(await wrap(huawei.key, { ...huawei.credentials.given, ...change })).toContain(said);
  });

  it('says what is missing where there are no credentials', async () => {
    const said = await wrap(huawei.key, { HTTP_PROXY: huawei.down['HUAWEICLOUD_SDK_REGION_KMS_TR_WEST_1'] ?? '' });
    expect(said).toMatch(
      /HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not both set; there is no credentials file; nobody listens at 169\.254\.169\.254/,
    );
    expect(said).toContain('HC_CONTAINER_CREDENTIALS_FULL_URI');
    const provider = { ...huawei.credentials.provider, HUAWEICLOUD_SDK_IDP_ID: 'unknown' };
    expect(await wrap(huawei.key, provider)).toContain('IAM gives no credentials: the credentials have expired');
  });

  it('is an error where real sops crashes', async () => {
    const env = {
      ...huawei.credentials.withoutProject,
      HUAWEICLOUD_SDK_REGION_KMS_ME_EAST_1: huawei.plain,
      HUAWEICLOUD_SDK_REGION_KMS_LA_SOUTH_2: huawei.plain,
    };
    expect(await wrap('me-east-1:a', env)).toContain('IAM knows no project of me-east-1: set HUAWEICLOUD_SDK_PROJECT_ID');
    expect(await wrap('la-south-2:a', env)).toMatch(
      /IAM knows several projects of la-south-2: set HUAWEICLOUD_SDK_PROJECT_ID to one of \w+, other/,
    );
    expect(await wrap(huawei.key, { ...env, HUAWEICLOUD_SDK_IAM_ENDPOINT: '127.0.0.1:9' })).toContain('nobody listens at 127.0.0.1:9');
  });

  it('lists the regions that are known where one is not', async () => {
    expect(await wrap('tr-west-9:a', huawei.credentials.given)).toMatch(
      /'tr-west-9' is no known region .*ae-ad-1, .*tr-west-1; .*HUAWEICLOUD_SDK_REGION_KMS_TR_WEST_9/,
    );
  });

  it('names the line of a regions file that cannot be read', async () => {
    const context = testContext({ env: { HUAWEICLOUD_SDK_REGIONS_FILE: 'regions' } });
    const files = { ...context.files, read: async () => new TextEncoder().encode('KMS:\n  - id: &a b\n') };
    await expect(client.wrap(dataKey, hcKmsKey('mine-1:a'), { ...context, files })).rejects.toMatchObject({
      code: 'MALFORMED_CONFIG',
      message: expect.stringContaining("cannot read line 2 of 'regions'"),
    });
  });

  it('ends in bounded time, and at a signal', async () => {
    const start = Date.now();
    expect(await wrap(huawei.key, huawei.down)).toContain('nobody listens at');
    expect(await wrap(huawei.keyNamed('silent'), huawei.credentials.given, AbortSignal.timeout(500))).toContain('given up');
    expect(await wrap(huawei.key, huawei.credentials.given, AbortSignal.abort())).toContain('given up');
    expect(Date.now() - start).toBeLessThan(10_000);
  });
});
