// What goes wrong on the way to AWS KMS: each fault names the key and what to do, ends in bounded time, and tells no secret.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/kms/client.ts';
import { type KmsKey, parseArn } from '../../../src/keysources/kms/master-key.ts';
import { freePort } from '../../peers/free-port.ts';
import { listening } from '../../peers/serve.ts';
import { testContext } from '../context.ts';

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index * 3 + 64);
const inBase64 = Buffer.from(dataKey).toString('base64');
const arn = 'arn:aws:kms:us-east-1:123456789012:key/01bd43c7-8306-4d46-af34-920149d50694';
const masterKey = parseArn(arn, {});
const wrapped = { masterKey, wrapped: Buffer.from('wrapped').toString('base64') };
const secrets = { AWS_SECRET_ACCESS_KEY: 'the-secret-access-key', AWS_SESSION_TOKEN: 'the-session-token' };

type Say = (response: ServerResponse, body: string) => void;
const json =
  (status: number, body: unknown): Say =>
  (response) =>
    void response
      .writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
const refusal = (name: string, message = 'no'): Say => json(400, { __type: name, message });

describe('a fault of AWS KMS', () => {
  let server: Server;
  let env: Readonly<Record<string, string>>;
  let say: Say = json(200, {});
  let asked = 0;
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked += 1;
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => say(response, Buffer.concat(parts).toString()));
    });
    const url = `http://127.0.0.1:${await listening(server)}`;
    env = { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', ...secrets };
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    asked = 0;
  });

  const verbs = {
    wrap: async (signal?: AbortSignal, key: KmsKey = masterKey): Promise<unknown> =>
      client.wrap(dataKey, key, testContext({ env }), signal),
    unwrap: async (signal?: AbortSignal): Promise<unknown> => client.unwrap(wrapped, testContext({ env }), signal),
    rewrap: async (signal?: AbortSignal): Promise<unknown> => client.rewrap?.(wrapped, testContext({ env }), signal),
  };
  const failure = async (work: Promise<unknown>): Promise<string> => {
    const error: unknown = await work.then(
      (value) => Promise.reject(new Error(`no failure: ${String(value)}`)),
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'SopsError' });
    const text = String(error);
    expect(text).toContain(arn);
    for (const secret of [...Object.values(secrets), inBase64]) expect(text).not.toContain(secret);
    return text;
  };

  it.each<[string, Say, RegExp]>([
    [
      'denied',
      refusal('AccessDeniedException', 'User: arn:aws:iam::1:user/a is not authorized'),
      /AccessDeniedException: User: arn:aws:iam::1:user\/a is not authorized; allow kms:Decrypt /,
    ],
    [
      'unknown',
      refusal('NotFoundException', "Key 'x' does not exist."),
      /NotFoundException: Key 'x' does not exist; look at region, account and ID in the ARN$/,
    ],
    ['disabled', refusal('DisabledException'), /DisabledException: no; enable the key/],
    ['about to be deleted', refusal('KMSInvalidStateException'), /; look at the state of the key/],
    ['that of another', refusal('IncorrectKeyException'), /; it was wrapped with another key, or under another encryption context$/],
    [
      'expired',
      refusal('ExpiredTokenException', 'The security token included in the request is expired'),
      /is expired; the credentials have expired: get new ones$/,
    ],
    ['without known credentials', refusal('UnrecognizedClientException'), /; AWS does not know these credentials/],
    ['unnamed', json(403, '<html>Forbidden</html>'), /: it answered with status 403; allow kms:Decrypt for these credentials/],
    [
      'redirected',
      (response) => void response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(),
      /: it answered with status 302; look at AWS_ENDPOINT_URL_KMS/,
    ],
  ])('is explained where the key is %s', async (_what, saying, message) => {
    say = saying;
    expect(await failure(verbs.unwrap())).toMatch(message);
    expect(asked).toBe(1);
  });

  it('of keys in variables that expired is not laid to the single sign-on of a profile', async () => {
    const home = await mkdtemp(join(tmpdir(), 'aws-'));
    await mkdir(join(home, '.aws'));
    await writeFile(join(home, '.aws/config'), '[default]\nsso_session = corp\n');
    say = refusal('ExpiredTokenException');
    const text = await failure(client.unwrap(wrapped, testContext({ env, home })));
    expect(text).toMatch(/; the credentials have expired: get new ones$/);
    await rm(home, { recursive: true });
  });

  it.each<[string, Say, RegExp]>([
    ['429', json(429, ''), /: it answered with status 429 \(asked 3 times\); AWS asks for fewer requests: try again later$/],
    [
      'a wish for fewer requests',
      refusal('ThrottlingException', 'Rate exceeded'),
      /ThrottlingException: Rate exceeded \(asked 3 times\); AWS asks for fewer/,
    ],
    [
      '500',
      json(500, { __type: 'KMSInternalException', message: 'oh' }),
      /KMSInternalException: oh \(asked 3 times\); the service has a fault of its own: try again later$/,
    ],
    ['503', json(503, '<html>'), /: it answered with status 503 \(asked 3 times\); the service has a fault of its own: try again later$/],
    [
      'a broken connection',
      (response) => void response.destroy(),
      /the connection was closed by 127\.0\.0\.1:\d+ \(asked 3 times\); look at the network/,
    ],
  ])('of %s is tried again, three times in all', async (_what, saying, message) => {
    say = saying;
    const start = Date.now();
    expect(await failure(verbs.unwrap())).toMatch(message);
    expect(asked).toBe(3);
    expect(Date.now() - start).toBeLessThan(15_000);
  });

  it('is forgotten where the next try works', async () => {
    say = (response, body) => (asked < 3 ? json(503, '')(response, body) : json(200, { Plaintext: inBase64 })(response, body));
    expect(await verbs.unwrap()).toEqual(dataKey);
  });

  it.each<[string, Say]>([
    ['not JSON', json(200, `<html>${inBase64}</html>`)],
    ['cut off', json(200, `{"Plaintext":"${inBase64}`)],
    ['not base64', json(200, { Plaintext: `!${inBase64}!`, CiphertextBlob: '!' })],
    ['of another type', json(200, { Plaintext: [1, 2], CiphertextBlob: { a: inBase64 } })],
    ['empty', json(200, {})],
    ['nothing', json(200, '')],
    ['a list', json(200, [inBase64])],
    ['without bytes', json(200, { Plaintext: '', CiphertextBlob: '' })],
    ['too long', json(200, { Plaintext: 'A'.repeat(2_000_000), CiphertextBlob: 'A'.repeat(2_000_000) })],
    ['a refusal that is none', json(400, { __type: { a: 1 }, message: [inBase64] })],
    ['a refusal with control characters', json(400, { __type: 'Odd\u001b[31m', message: `\u001b[2J${inBase64}` })],
    [
      'a refusal that repeats what was sent',
      (response, body) =>
        json(400, { __type: 'ValidationException', message: `${body} ${Object.values(secrets).join(' ')}` })(response, body),
    ],
    [
      'a refusal that repeats what was signed',
      refusal('InvalidSignatureException', `does not match.\n\nThe Canonical String\nx-amz-security-token:${secrets.AWS_SESSION_TOKEN}`),
    ],
  ])('that is an answer %s tells nothing of it', async (_what, saying) => {
    say = saying;
    for (const verb of [verbs.wrap, verbs.rewrap]) await failure(verb());
    // What was unwrapped is not known to be a secret: it is simply never told.
    const text = await failure(verbs.unwrap());
    expect(text).not.toMatch(/\p{Cc}/u);
    expect(text.length).toBeLessThan(900);
  });

  it('that is a silence ends when it is told to', async () => {
    say = () => undefined;
    for (const verb of Object.values(verbs)) {
      const start = Date.now();
      expect(await failure(verb(AbortSignal.timeout(200)))).toMatch(/: there was no answer in time; look at the network/);
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 50);
      expect(await failure(verb(stop.signal))).toMatch(/: the request was given up$/);
      expect(Date.now() - start).toBeLessThan(3_000);
    }
  });

  it('that is a silence of the service that gives out roles ends when it is told to', async () => {
    say = () => undefined;
    const start = Date.now();
    await failure(verbs.wrap(AbortSignal.timeout(200), parseArn(`${arn}+arn:aws:iam::1:role/r`, {})));
    expect(Date.now() - start).toBeLessThan(3_000);
  });

  it('ends by itself where an answer never ends', { timeout: 40_000 }, async () => {
    say = (response) => void response.writeHead(200, { 'Content-Length': '1000' }).write('{');
    const start = Date.now();
    expect(await failure(verbs.unwrap())).toMatch(/: no answer from 127\.0\.0\.1:\d+ within 20 s; look at the network/);
    expect(Date.now() - start).toBeLessThan(30_000);
  });

  it('is that nobody listens', async () => {
    const context = testContext({ env: { ...env, AWS_ENDPOINT_URL: `http://127.0.0.1:${await freePort()}` } });
    const start = Date.now();
    expect(await failure(client.unwrap(wrapped, context))).toMatch(
      /nobody listens at 127\.0\.0\.1:\d+ \(asked 3 times\); look at the network/,
    );
    expect(Date.now() - start).toBeLessThan(5_000);
  });

  it('is that the answer of the service for roles is no session', async () => {
    say = (response) =>
      void response
        .writeHead(200, { 'Content-Type': 'text/xml' })
        .end('<AssumeRoleResponse><AssumeRoleResult></AssumeRoleResult></AssumeRoleResponse>');
    const key = parseArn(`${arn}+arn:aws:iam::1:role/r`, {});
    expect(await failure(verbs.wrap(undefined, key))).toMatch(
      /: cannot assume role 'arn:aws:iam::1:role\/r': the answer holds no credentials$/,
    );
  });

  it('is that what was wrapped is not base64', async () => {
    await expect(client.unwrap({ masterKey, wrapped: 'AQID*' }, testContext({ env }))).rejects.toMatchObject({
      code: 'MALFORMED_METADATA',
    });
  });
});
