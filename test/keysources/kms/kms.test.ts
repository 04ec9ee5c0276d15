import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { client } from '../../../src/keysources/kms/client.ts';
import { kms } from '../../../src/keysources/kms/index.ts';
import type { KeyFields } from '../../../src/keysources/keysource.ts';
import { type KmsKey, parseArn } from '../../../src/keysources/kms/master-key.ts';
import { freePort } from '../../peers/free-port.ts';
import { type Moto, startMoto } from '../../peers/moto.ts';
import { lacks } from '../../support/peers.ts';
import { testContext } from '../context.ts';
import { encryptWithSops, interchanges, wrappedKey } from '../sops-file.ts';

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index * 5);
const rewrapEntry = async (entry: KeyFields, env: Readonly<Record<string, string>>): Promise<string | undefined> =>
  (await kms.load()).rewrap?.(wrappedKey(kms, entry), testContext({ env }));
const noImds = { AWS_EC2_METADATA_DISABLED: 'true' };

describe.skipIf(lacks('moto_server'))('AWS KMS', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  }, 60_000);
  afterAll(async () => moto.close());
  afterEach(() => vi.unstubAllEnvs());

  const roundTrip = async (masterKey: KmsKey, env: Readonly<Record<string, string>> = moto.env): Promise<Uint8Array> => {
    const context = testContext({ env });
    return new Uint8Array(await client.unwrap({ masterKey, wrapped: await client.wrap(dataKey, masterKey, context) }, context));
  };

  it.each(['key', 'alias', 'distantKey'] as const)('wraps and unwraps with a %s', async (which) => {
    expect(await roundTrip(parseArn(moto[which], {}))).toEqual(dataKey);
  });

  it('assumes a role, and is refused what the role may not do', async () => {
    expect(await roundTrip(parseArn(`${moto.key}+${moto.role}`, {}))).toEqual(dataKey);
    const closed = roundTrip(parseArn(`${moto.key}+${moto.closedRole}`, {}));
    // moto answers this refusal in XML, which no client of KMS understands: there is no text to look for.
    await expect(closed).rejects.toMatchObject({ code: 'DATA_KEY_UNWRAPPABLE' });
  });

  it('names the role that cannot be assumed', async () => {
    const wrapping = roundTrip(parseArn(`${moto.key}+arn:aws:iam::1:role/nobody`, {}), { ...moto.env, AWS_SECRET_ACCESS_KEY: 'wrong' });
    await expect(wrapping).rejects.toThrow(/: cannot assume role 'arn:aws:iam::1:role\/nobody': SignatureDoesNotMatch: /);
  });

  it('takes an endpoint of its own for each service', async () => {
    const { AWS_ENDPOINT_URL: url, ...credentials } = moto.env;
    const env = {
      ...credentials,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${await freePort()}`,
      AWS_ENDPOINT_URL_KMS: url,
      AWS_ENDPOINT_URL_STS: url,
    };
    expect(await roundTrip(parseArn(`${moto.key}+${moto.role}`, {}), env)).toEqual(dataKey);
  });

  it('takes credentials and endpoint from a profile in the shared files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'aws-'));
    const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = moto.env;
    const keys = `aws_access_key_id = ${AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}\n`;
    const services = `[profile split]\nservices = here\n\n[services here]\nkms =\n  endpoint_url = ${AWS_ENDPOINT_URL}\n`;
    await writeFile(join(folder, 'config'), `[profile dev]\nendpoint_url = ${AWS_ENDPOINT_URL}\n\n${services}`);
    await writeFile(join(folder, 'credentials'), `[dev]\n${keys}[split]\n${keys}`);
    const shared = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') };
    // The SDK reads these two from the process alone.
    for (const [name, value] of Object.entries(shared)) vi.stubEnv(name, value);
    expect(await roundTrip(parseArn(moto.key, { awsProfile: 'dev' }), shared)).toEqual(dataKey);
    expect(await roundTrip(parseArn(moto.key, { awsProfile: 'split' }), shared)).toEqual(dataKey);
    expect(await roundTrip(parseArn(`${moto.key}+${moto.role}`, {}), { ...shared, AWS_PROFILE: 'dev' })).toEqual(dataKey);
    const nobody = roundTrip(parseArn(moto.key, { awsProfile: 'nobody' }), { ...shared, AWS_ENDPOINT_URL });
    await expect(nobody).rejects.toThrow(/under profile 'nobody': profile 'nobody' is neither in '.*config' nor in '.*credentials'$/);
    await rm(folder, { recursive: true });
  });

  it('unwraps only under the encryption context it wrapped under', async () => {
    const context = testContext({ env: moto.env });
    const masterKey = parseArn(moto.key, { encryptionContext: { Role: 'ec2', Env: 'test' } });
    expect(await roundTrip(masterKey)).toEqual(dataKey);
    const wrapped = await client.wrap(dataKey, masterKey, context);
    const changed = { ...masterKey, encryptionContext: { Role: 'ec2', Env: 'prod' } };
    const unwrapping = client.unwrap({ masterKey: changed, wrapped }, context);
    await expect(unwrapping).rejects.toMatchObject({ code: 'DATA_KEY_UNRECOVERABLE' });
    await expect(unwrapping).rejects.toThrow(/InvalidCiphertext/);
  });

  it('names an unknown key, a wrong ARN and wrong credentials, without the secret', async () => {
    const unknown = moto.key.replace(/.$/, 'x');
    await expect(roundTrip(parseArn(unknown, {}))).rejects.toThrow(`cannot wrap with AWS KMS key '${unknown}': NotFoundException`);
    await expect(roundTrip(parseArn('arn:aws:s3:::bucket', {}))).rejects.toMatchObject({ code: 'MALFORMED_KEY' });
    const error: unknown = await roundTrip(parseArn(moto.key, {}), { ...moto.env, AWS_SECRET_ACCESS_KEY: 'not-the-secret' }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'DATA_KEY_UNWRAPPABLE' });
    expect(String(error)).not.toContain('not-the-secret');
  });

  describe('rewraps', () => {
    const rewrap = async (masterKey: KmsKey, env: Readonly<Record<string, string>> = moto.env): Promise<Uint8Array> => {
      const context = testContext({ env });
      const wrapped = await client.wrap(dataKey, masterKey, context);
      const anew = (await client.rewrap?.({ masterKey, wrapped }, context)) ?? '';
      expect(anew).not.toBe(wrapped);
      return new Uint8Array(await client.unwrap({ masterKey, wrapped: anew }, context));
    };

    it('without having the data key shown', async () => {
      expect(await rewrap(parseArn(moto.key, {}))).toEqual(dataKey);
      expect(await rewrap(parseArn(moto.alias, {}))).toEqual(dataKey);
    });

    it('under the same encryption context, and in a role', async () => {
      const masterKey = parseArn(`${moto.distantKey}+${moto.role}`, { encryptionContext: { Role: 'ec2' } });
      expect(await rewrap(masterKey)).toEqual(dataKey);
      const context = testContext({ env: moto.env });
      const wrapped = await client.wrap(dataKey, masterKey, context);
      const elsewhere = { ...masterKey, encryptionContext: { Role: 'ec3' } };
      await expect(client.rewrap?.({ masterKey: elsewhere, wrapped }, context)).rejects.toThrow(
        /cannot rewrap with AWS KMS key '.*': InvalidCiphertextException.*; it was wrapped with another key, or under another encryption context$/,
      );
    });

    it('only for those who may', async () => {
      const wrapped = await client.wrap(dataKey, parseArn(moto.key, {}), testContext({ env: moto.env }));
      const context = testContext({ env: { ...moto.env, ...moto.stranger } });
      await expect(client.rewrap?.({ masterKey: parseArn(moto.key, {}), wrapped }, context)).rejects.toThrow(
        /; allow kms:ReEncryptFrom and kms:ReEncryptTo for these credentials/,
      );
    });
  });

  it('gives up in bounded time where nobody listens', async () => {
    const start = Date.now();
    const refused = roundTrip(parseArn(moto.key, {}), { ...moto.env, AWS_ENDPOINT_URL: `http://127.0.0.1:${await freePort()}` });
    await expect(refused).rejects.toThrow(/nobody listens at 127\.0\.0\.1:\d+ \(asked 3 times\); look at the network/);
    expect(Date.now() - start).toBeLessThan(5_000);
  });

  it('stops when it is told to', async () => {
    const context = { ...testContext({ env: moto.env }), signal: AbortSignal.abort() };
    await expect(client.wrap(dataKey, parseArn(moto.key, {}), context)).rejects.toMatchObject({ code: 'DATA_KEY_UNWRAPPABLE' });
  });

  describe.skipIf(lacks('sops'))('and real sops', () => {
    it.each([
      ['a key', (aws: Moto): readonly string[] => ['--kms', aws.key]],
      ['two regions', (aws: Moto): readonly string[] => ['--kms', `${aws.key},${aws.distantKey}`]],
      ['an alias', (aws: Moto): readonly string[] => ['--kms', aws.alias]],
      ['a role', (aws: Moto): readonly string[] => ['--kms', `${aws.key}+${aws.role}`]],
      ['a context', (aws: Moto): readonly string[] => ['--kms', aws.key, '--encryption-context', 'Role:ec2,Env:test']],
      ['a role and a context', (aws: Moto): readonly string[] => ['--kms', `${aws.key}+${aws.role}`, '--encryption-context', 'A:b']],
    ])('interchange a data key wrapped for %s', async (_what, flags) => {
      const env = { ...moto.env, ...noImds };
      const file = await encryptWithSops('kms', flags(moto), env);
      expect(await interchanges(kms, file, testContext({ env }))).toBe(true);
      for (const entry of file.entries) {
        const { enc: _enc, created_at: _createdAt, ...fields } = entry;
        expect(Object.entries(kms.toFields(wrappedKey(kms, entry).masterKey))).toEqual(Object.entries(fields));
      }
      const rewrapped = file.entries.map(async (entry) => ({ ...entry, enc: (await rewrapEntry(entry, env)) ?? '' }));
      expect(await file.opensWith(await Promise.all(rewrapped))).toBe(true);
    });
  });
});
