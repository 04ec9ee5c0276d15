// The client against servers that are down, slow, hostile or something else.
import { writeFileSync } from 'node:fs';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { keySources } from '../../src/keysources/index.ts';
import { parseKeyServiceUri } from '../../src/keyservice/address.ts';
import type { KeyService } from '../../src/keyservice/keyservice.ts';
import { encodeAnswer } from '../../src/keyservice/protocol.ts';
import type { MasterKey } from '../../src/metadata/metadata.ts';
import { keyServiceAt } from '../../src/node/keyservice-client.ts';
import { freePort } from '../peers/free-port.ts';
import { temporaryFolder } from '../support/cli.ts';

const folder = temporaryFolder('keyservice');
const dataKey = Uint8Array.from({ length: 32 }, (_, at) => at);
const masterKey: MasterKey = { kind: 'age', recipient: 'age1' } as MasterKey;
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const at = (uri: string, env: Readonly<Record<string, string>> = {}, connecting = 5000): KeyService => {
  const address = parseKeyServiceUri(uri);
  if (address === undefined) throw new Error(uri);
  return keyServiceAt(address, { sources: keySources, env, connecting });
};
const unwrap = (service: KeyService, signal?: AbortSignal): Promise<Uint8Array> => service.unwrap({ masterKey, wrapped: 'w' }, signal);

let count = 0;
const socket = (): string => join(folder, `${(count += 1)}.sock`);

/** A server of bytes at a socket; answers its URI. */
async function listen(server: Pick<Server, 'listen' | 'close'>): Promise<string> {
  const path = socket();
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  closing.push(() => void server.close());
  return `unix://${path}`;
}

/** A server that speaks HTTP/2, and answers every request with what is given. */
async function http2(respond: (stream: ServerHttp2Stream) => void): Promise<string> {
  const server = createHttp2Server();
  server.on('sessionError', () => undefined);
  server.on('session', (session) => closing.push(() => session.destroy()));
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    respond(stream);
  });
  return listen(server);
}

/** Answers as gRPC does: one message, then its status. */
const grpc =
  (message: Uint8Array | undefined, trailers: Readonly<Record<string, string>> = { 'grpc-status': '0' }) =>
  (stream: ServerHttp2Stream): void => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    if (message === undefined) return void stream.end();
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([head, message]));
  };

describe('the client', () => {
  const failing = async (uri: string, env: Readonly<Record<string, string>> = {}, connecting?: number): Promise<string> => {
    const started = Date.now();
    const error: unknown = await unwrap(at(uri, env, connecting)).catch((reason: unknown) => reason);
    expect(Date.now() - started).toBeLessThan(5000);
    expect(error).toMatchObject({ code: 'DATA_KEY_UNRECOVERABLE' });
    const message = error instanceof Error ? error.message : '';
    expect(message.startsWith(`key service ${uri}: `)).toBe(true);
    return message.slice(`key service ${uri}: `.length);
  };

  test('says that nobody listens', async () => {
    expect(await failing(`tcp://127.0.0.1:${await freePort()}`)).toBe('connection refused: nothing listens there');
    expect(await failing(`unix://${socket()}`)).toBe('there is no such socket: is the key service running?');
    writeFileSync(join(folder, 'file'), '');
    expect(await failing(`unix://${join(folder, 'file')}`)).toMatch(/no socket|connection refused/);
  });

  test('does not wait for a server that takes connections and never speaks', async () => {
    expect(await failing(await listen(createServer()), {}, 200)).toBe('no connection within 0.2 s');
  });

  test('does not wait for it again, master key by master key', async () => {
    const service = at(await listen(createServer()), {}, 300);
    await expect(unwrap(service)).rejects.toThrow('no connection within 0.3 s');
    const started = Date.now();
    await expect(unwrap(service)).rejects.toThrow('no connection within 0.3 s');
    expect(Date.now() - started).toBeLessThan(200);
  });

  test('does not wait for an answer for ever', async () => {
    expect(await failing(await http2(() => undefined), { SOPSMITH_KEY_TIMEOUT: '300ms' })).toBe('no answer within 300 ms');
  });

  test('stops when the answer is no longer wanted', async () => {
    const abort = new AbortController();
    const asked = unwrap(at(await http2(() => abort.abort())), abort.signal);
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(unwrap(at(await http2(() => undefined)), AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test.each([
    ['speaks HTTP/1', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['speaks SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['sends noise', Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 7919) % 256))],
  ])('says that a server which %s is no key service', async (_, noise) => {
    const uri = await listen(createServer((connection) => connection.on('error', () => undefined).end(noise)));
    expect(await failing(uri, {}, 1000)).toBe('what listens there does not speak gRPC');
  });

  test.each([
    ['closes at once', (stream: ServerHttp2Stream) => stream.close()],
    ['closes the connection', (stream: ServerHttp2Stream) => stream.session?.destroy()],
    ['is a web server', (stream: ServerHttp2Stream) => void (stream.respond({ ':status': 404 }), stream.end('no'))],
    ['answers nothing', grpc(undefined)],
    ['answers an empty message', grpc(new Uint8Array())],
    ['answers noise', grpc(Buffer.from('noise that is no message'))],
    [
      'claims an endless message',
      (stream: ServerHttp2Stream) => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
        stream.write(Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
      },
    ],
    ['answers too much', grpc(encodeAnswer(new Uint8Array(5_000_000)))],
  ])('does not trust a server that %s', async (_, respond) => {
    expect(await failing(await http2(respond))).not.toBe('');
  });

  test('passes on what the server says, in one line', async () => {
    const said = encodeURIComponent(`no key\n\u001B[31m here ${'x'.repeat(5000)}`);
    const message = await failing(await http2(grpc(undefined, { 'grpc-status': '2', 'grpc-message': said })));
    expect(message).toMatch(/^no key \[31m here x+$/);
    expect(message.length).toBe(1000);
  });

  test('says that what answers is another service', async () => {
    const uri = await http2(grpc(undefined, { 'grpc-status': '12', 'grpc-message': 'unknown service KeyService' }));
    expect(await failing(uri)).toBe('what listens there is no key service of sops: unknown service KeyService');
  });

  test('takes no wrapped key that is no text', async () => {
    const uri = await http2(grpc(encodeAnswer(new Uint8Array([0xff, 0xfe]))));
    await expect(at(uri).wrap(dataKey, masterKey)).rejects.toMatchObject({
      code: 'DATA_KEY_UNWRAPPABLE',
      message: /the answer is not text$/,
    });
  });
});
