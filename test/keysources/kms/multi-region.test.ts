// One key in several regions. moto cannot decrypt with such a key, so a small server of the protocol stands in: what it wraps under an ID, it unwraps under that ID in any region.
import { beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/kms/client.ts';
import { kms } from '../../../src/keysources/kms/index.ts';
import { parseArn } from '../../../src/keysources/kms/master-key.ts';
import { type Asked, type Reply, serve } from '../../peers/serve.ts';
import { lacks } from '../../support/peers.ts';
import { testContext } from '../context.ts';
import { encryptWithSops, interchanges } from '../sops-file.ts';

const id = 'mrk-1234abcd12ab34cd56ef1234567890ab';
const [primary, replica] = ['us-east-1', 'eu-west-1'].map((region) => `arn:aws:kms:${region}:123456789012:key/${id}`);
const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index);

interface KmsRequest {
  readonly KeyId: string;
  readonly Plaintext?: string;
  readonly CiphertextBlob?: string;
}

/** The regions that were asked, as signatures name them. */
const regions: string[] = [];

function answer({ headers, body }: Asked): Reply {
  const [, region = ''] = /Credential=[^/]+\/\d+\/([^/]+)\/kms\/aws4_request/.exec(headers.authorization ?? '') ?? [];
  const { KeyId, Plaintext = '', CiphertextBlob = '' }: KmsRequest = JSON.parse(body);
  const [, , , home = '', , name = ''] = KeyId.split(':');
  regions.push(region);
  if (home !== region) return { status: 400, body: { __type: 'NotFoundException', message: `Invalid arn ${home}` } };
  if (headers['x-amz-target'] === 'TrentService.Encrypt')
    return { status: 200, body: { KeyId, CiphertextBlob: btoa(`${name} ${Plaintext}`) } };
  const [owner, plaintext] = atob(CiphertextBlob).split(' ');
  return owner === name
    ? { status: 200, body: { KeyId, Plaintext: plaintext } }
    : { status: 400, body: { __type: 'IncorrectKeyException' } };
}

describe('a key in several regions', () => {
  let env: Readonly<Record<string, string>>;
  beforeAll(async () => {
    env = {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${await serve(answer)}`,
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  });

  it('is asked for in the region that its ARN names, and opens in one what was wrapped in the other', async () => {
    const context = testContext({ env });
    const wrapped = await client.wrap(dataKey, parseArn(primary ?? '', {}), context);
    expect(new Uint8Array(await client.unwrap({ masterKey: parseArn(replica ?? '', {}), wrapped }, context))).toEqual(dataKey);
    expect(regions).toEqual(['us-east-1', 'eu-west-1']);
  });

  it.skipIf(lacks('sops'))('interchanges with real sops', async () => {
    const file = await encryptWithSops('kms', ['--kms', `${primary ?? ''},${replica ?? ''}`], env);
    expect(await interchanges(kms, file, testContext({ env }))).toBe(true);
    const [first, second] = file.entries;
    expect(await file.opensWith([{ ...second, enc: first?.['enc'] ?? '' }])).toBe(true);
  });
});
