// The server against what is wrong with requests, addresses and sockets.
import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import { SopsError } from '../../src/errors.ts';
import { keySources } from '../../src/keysources/index.ts';
import type { Answering } from '../../src/keyservice/answer.ts';
import type { KeyService } from '../../src/keyservice/keyservice.ts';
import { decodeAnswer, encodeRequest, procedures } from '../../src/keyservice/protocol.ts';
import { type KeyServer, startKeyServer } from '../../src/node/keyservice-server.ts';
import { temporaryFolder } from '../support/cli.ts';

const folder = temporaryFolder('keyserver');
const secret = 'the-very-data-key-of-32-bytes-ok';
const dataKey = new TextEncoder().encode(secret);
const closing: (() => Promise<void> | void)[] = [];
const said: string[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  said.length = 0;
});

let count = 0;
const socket = (): string => join(folder, `${(count += 1)}.sock`);

const reversed = (text: string): string => Buffer.from(Buffer.from(text).toReversed()).toString();

/** Wraps by writing backwards, so that a test sees what it gave. */
const backwards: KeyService = {
  wrap: async (bytes) => reversed(new TextDecoder().decode(bytes)),
  unwrap: async ({ wrapped }) => new TextEncoder().encode(reversed(wrapped)),
};

async function serve(
  path: string,
  { keyService = () => backwards, ...more }: Partial<Answering> = {},
  network = 'unix',
): Promise<KeyServer> {
  const log: Answering['log'] = (request, refusal) => said.push(`${request}${refusal === undefined ? '' : `: ${refusal.details}`}`);
  const server = await startKeyServer({ network, address: path }, { keyService, sources: keySources, log, ...more });
  closing.push(async () => server.close());
  return server;
}

const masterKey = { kind: 'age', recipient: 'age1x' };
const request = (payload: Uint8Array = dataKey): Uint8Array => encodeRequest({ masterKey, payload }, keySources);

/** Asks over gRPC as any client would; answers the payload as text, or the code and words of the refusal. */
async function ask(path: string, procedure: string, message: Uint8Array): Promise<string | readonly [code: number, details: string]> {
  const client = new Client(`unix:${path}`, credentials.createInsecure());
  const bytes = (some: Uint8Array): Buffer => Buffer.from(some);
  try {
    return await new Promise((resolve) => {
      client.makeUnaryRequest(procedure, bytes, bytes, message, (error: ServiceError | null, answer?: Buffer) => {
        resolve(answer === undefined ? [error?.code ?? 0, error?.details ?? ''] : new TextDecoder().decode(decodeAnswer(answer)));
      });
    });
  } finally {
    client.close();
  }
}

describe('the server', () => {
  test('answers, and says to nobody what', async () => {
    const path = socket();
    await serve(path);
    const wrapped = await ask(path, procedures.wrap, request());
    expect(wrapped).toBe(reversed(secret));
    expect(await ask(path, procedures.unwrap, request(Buffer.from(String(wrapped))))).toBe(secret);
    expect(said).toEqual(['encrypt request using age key with recipient age1x', 'decrypt request using age key with recipient age1x']);
  });

  test('answers many at once', async () => {
    const path = socket();
    await serve(path);
    const asked = Array.from({ length: 200 }, async (_, at) => ask(path, procedures.wrap, request(Buffer.from(`key ${at}`))));
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 200 }, (_, at) => reversed(`key ${at}`)));
  });

  test.each([
    ['another procedure', '/KeyService/Rotate', request(), [12, expect.stringContaining('/KeyService/Rotate')]],
    ['no key', procedures.wrap, Buffer.from('12020102', 'hex'), [5, 'the request names no master key of a kind that is known here']],
    ['nothing at all', procedures.unwrap, Buffer.alloc(0), [5, 'the request names no master key of a kind that is known here']],
    ['noise', procedures.wrap, Buffer.from('noise'), [3, "the request is no message of sops's key services"]],
    ['too much', procedures.wrap, request(new Uint8Array(5_000_000)), [8, expect.stringContaining('larger than max')]],
  ])('refuses %s', async (_, procedure, message, refusal) => {
    const path = socket();
    await serve(path);
    expect(await ask(path, procedure, message)).toEqual(refusal);
    expect(await ask(path, procedures.wrap, request())).toBe(reversed(secret));
  });

  test('passes on why a master key cannot, but nothing of a defect', async () => {
    const path = socket();
    let error: Error = new SopsError('DATA_KEY_UNRECOVERABLE', 'no identity');
    await serve(path, { keyService: () => ({ wrap: async () => Promise.reject(error), unwrap: async () => Promise.reject(error) }) });
    expect(await ask(path, procedures.unwrap, request())).toEqual([2, 'no identity']);
    error = new TypeError(`cannot read ${secret}`);
    expect(await ask(path, procedures.wrap, request())).toEqual([2, 'internal error of the key service']);
    expect(said.join('\n')).not.toContain(secret);
  });

  test('answers only what was approved', async () => {
    const path = socket();
    const questions: string[] = [];
    await serve(path, {
      approve: async (question) => {
        questions.push(question);
        return questions.length > 1;
      },
    });
    expect(await ask(path, procedures.wrap, request())).toEqual([7, 'Request rejected by user']);
    expect(await ask(path, procedures.wrap, request())).toBe(reversed(secret));
    expect(questions[0]).toBe('Received encrypt request using age key with recipient age1x. Respond to request?');
  });

  test('lets the name of a key not steer the terminal', async () => {
    const path = socket();
    await serve(path);
    const crooked = { kind: 'pgp', fingerprint: '\u001B[2J\n' };
    const message = encodeRequest({ masterKey: crooked, payload: dataKey }, keySources);
    await ask(path, procedures.wrap, message);
    expect(said).toEqual(['encrypt request using PGP key with fingerprint ?[2J?']);
  });

  test('stops what is no longer wanted', async () => {
    const path = socket();
    let aborted: (() => void) | undefined;
    const stopped = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    const unwrap: KeyService['unwrap'] = async (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          aborted?.();
          reject(new SopsError('CANCELLED', 'stopped'));
        });
        connection.destroy();
      });
    await serve(path, { keyService: () => ({ ...backwards, unwrap }) });
    // A client of its own, whose connection the test can cut.
    const proxied = socket();
    const connection = connect(path);
    const proxy = createServer((socketToClient) => {
      socketToClient.on('error', () => undefined);
      socketToClient.pipe(connection).pipe(socketToClient);
      connection.on('close', () => socketToClient.destroy());
    });
    proxy.listen(proxied);
    closing.push(() => void proxy.close());
    expect(await ask(proxied, procedures.unwrap, request())).toMatchObject([14, expect.anything()]);
    await stopped;
  });

  test('lets what is running end when it is closed', async () => {
    const path = socket();
    let server: KeyServer | undefined;
    const wrap: KeyService['wrap'] = async () => {
      void server?.close();
      await new Promise((resolve) => setTimeout(resolve, 200));
      return 'done';
    };
    server = await serve(path, { keyService: () => ({ ...backwards, wrap }) });
    expect(await ask(path, procedures.wrap, request())).toBe('done');
    expect(existsSync(path)).toBe(false);
  });
});

describe('a Unix socket', () => {
  test('is for its owner alone, and goes with the server', async () => {
    const path = socket();
    const server = await serve(path);
    expect(server).toMatchObject({ uri: `unix://${path}`, exposed: false });
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  test('that a server has left behind is taken over', async () => {
    const path = socket();
    const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('listens'))`;
    const other = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise((resolve) => other.stdout.once('data', resolve));
    const ended = new Promise((resolve) => other.once('exit', resolve));
    other.kill('SIGKILL');
    await ended;
    expect(lstatSync(path).isSocket()).toBe(true);
    await serve(path);
    expect(await ask(path, procedures.wrap, request())).toBe(reversed(secret));
  });

  test('of a server that runs is left alone', async () => {
    const path = socket();
    await serve(path);
    await expect(serve(path)).rejects.toMatchObject({
      code: 'ADDRESS_UNUSABLE',
      message: /address already in use: another server listens there$/,
    });
    expect(await ask(path, procedures.wrap, request())).toBe(reversed(secret));
  });

  test('never takes the place of a file', async () => {
    const path = join(folder, 'precious.txt');
    writeFileSync(path, 'mine');
    await expect(serve(path)).rejects.toMatchObject({
      code: 'ADDRESS_UNUSABLE',
      message: /there is a file of that name, which is no socket$/,
    });
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  test.each([
    [join(folder, 'none', 'x.sock'), 'ADDRESS_UNUSABLE', 'there is no such folder'],
    [join(folder, 'x'.repeat(120)), 'ADDRESS_UNUSABLE', 'has at most 10'],
    ['', 'USAGE', 'no path'],
    ['@abstract', 'USAGE', 'no path'],
  ])('cannot be %s', async (path, code, words) => {
    await expect(serve(path)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });
});

describe('a TCP address', () => {
  test.each([
    ['127.0.0.1:0', 'tcp', /^tcp:\/\/127\.0\.0\.1:\d+$/, false],
    ['localhost:0', 'tcp', /^tcp:\/\/127\.0\.0\.1:\d+$/, false],
    ['127.0.0.1:0', 'tcp4', /^tcp:\/\/127\.0\.0\.1:\d+$/, false],
    [':0', 'tcp4', /^tcp:\/\/0\.0\.0\.0:\d+$/, true],
    ['0.0.0.0:0', 'tcp', /^tcp:\/\/0\.0\.0\.0:\d+$/, true],
  ])('%s of %s', async (address, network, uri, exposed) => {
    expect(await serve(address, {}, network)).toMatchObject({ uri: expect.stringMatching(uri), exposed });
  });

  test.each([
    ['5000', 'tcp', 'give HOST:PORT'],
    ['127.0.0.1', 'tcp', 'give HOST:PORT'],
    ['127.0.0.1:99999', 'tcp', 'give HOST:PORT'],
    ['127.0.0.1:0', 'udp', "unknown network 'udp'"],
  ])('cannot be %s of %s', async (address, network, words) => {
    await expect(serve(address, {}, network)).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining(words) });
  });

  test('that is in use is refused', async () => {
    const { uri } = await serve('127.0.0.1:0', {}, 'tcp');
    await expect(serve(uri.slice('tcp://'.length), {}, 'tcp')).rejects.toMatchObject({
      code: 'ADDRESS_UNUSABLE',
      message: /already in use/,
    });
  });
});
