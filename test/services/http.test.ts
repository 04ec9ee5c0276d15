import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpFailure } from '../../src/services/http-failure.ts';
import { type HttpRequest, send, sendJson } from '../../src/services/http.node.ts';
import { proxyFromEnvironment } from '../../src/services/proxy.node.ts';
import { makeAuthority, makeSelfSigned } from '../peers/certificate.ts';
import { serveProxy } from '../peers/connect-proxy.ts';
import { freePort } from '../peers/free-port.ts';
import { listening, serve } from '../peers/serve.ts';
import { testContext } from '../keysources/context.ts';

const context = testContext();
const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'GET', url, retries: 0, timeout: 5_000, ...more });

describe('a request', () => {
  it('brings method, headers and JSON to the service and its answer back', async () => {
    const port = await serve((asked) => ({ status: 201, body: { ...asked, url: asked.url.pathname + asked.url.search } }));
    const url = `http://127.0.0.1:${port}/v1/a?b=c`;
    const { status, json } = await sendJson({ method: 'PUT', url, headers: { 'X-Token': 't' }, json: { a: 1 } }, context);
    expect(status).toBe(201);
    expect(json).toMatchObject({
      method: 'PUT',
      url: '/v1/a?b=c',
      body: '{"a":1}',
      headers: { 'x-token': 't', 'content-type': 'application/json', 'content-length': '7', host: `127.0.0.1:${port}` },
    });
  });

  it('uses a connection again in the same run', async () => {
    const ports: unknown[] = [];
    const port = await listening(
      createServer((request, response) => {
        ports.push(request.socket.remotePort);
        response.end('{}');
      }),
    );
    for (let count = 0; count < 3; count += 1) await sendJson(get(`http://127.0.0.1:${port}`), context);
    expect(new Set(ports).size).toBe(1);
  });

  it('takes a body of another kind than JSON as none where the status is an error, and refuses it where it is not', async () => {
    const port = await serve(({ url }) => ({ status: Number(url.pathname.slice(1)), body: '<html>' }));
    expect(await sendJson(get(`http://127.0.0.1:${port}/403`), context)).toMatchObject({ status: 403, json: undefined });
    await expect(sendJson(get(`http://127.0.0.1:${port}/200`), context)).rejects.toThrow(`the answer of 127.0.0.1:${port} is not JSON`);
  });

  it('does not follow a redirect', async () => {
    let asked = 0;
    const port = await serve(() => {
      asked += 1;
      return { status: 307, body: '', headers: { Location: `http://127.0.0.1:${port}/elsewhere` } };
    });
    expect(await send(get(`http://127.0.0.1:${port}`), context)).toMatchObject({ status: 307 });
    expect(asked).toBe(1);
  });

  it('speaks over a Unix socket', async () => {
    const folder = await mkdtemp('/tmp/h');
    const socket = join(folder, 's');
    const server = createServer((_, response) => response.end('{"by":"socket"}'));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    expect(await sendJson(get('http://localhost/', { socket }), context)).toMatchObject({ json: { by: 'socket' } });
    server.close();
    await rm(folder, { recursive: true });
  });
});

describe('a service in trouble', () => {
  /** Answers what it is told to, one status a request, then 200. */
  const troubled = async (statuses: readonly number[], headers = {}): Promise<{ url: string; times: number[] }> => {
    const times: number[] = [];
    const port = await serve(() => {
      times.push(Date.now());
      return { status: statuses[times.length - 1] ?? 200, body: {}, headers };
    });
    return { url: `http://127.0.0.1:${port}`, times };
  };

  it.each([429, 500, 502, 503])('is asked again after %d', async (status) => {
    const { url, times } = await troubled([status, status]);
    expect(await send(get(url, { retries: 2 }), context)).toMatchObject({ status: 200 });
    expect(times).toHaveLength(3);
  });

  it('is asked three times at most, unless told otherwise, and its last answer stands', async () => {
    const { url, times } = await troubled([503, 503, 503, 503]);
    expect(await send({ method: 'GET', url }, context)).toMatchObject({ status: 503 });
    expect(times).toHaveLength(3);
    expect((times[2] ?? 0) - (times[1] ?? 0)).toBeGreaterThanOrEqual(500 - 5);
  });

  it.each([400, 403, 404, 501])('is not asked again after %d', async (status) => {
    const { url, times } = await troubled([status]);
    expect(await send(get(url, { retries: 2 }), context)).toMatchObject({ status });
    expect(times).toHaveLength(1);
  });

  it('is given the time it asks for, within bounds', async () => {
    const { url, times } = await troubled([429], { 'Retry-After': '1' });
    await send(get(url, { retries: 1 }), context);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1_000 - 5);
    const slow = await troubled([429], { 'Retry-After': '3600' });
    await expect(send(get(slow.url, { retries: 1, timeout: 300 }), context)).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('is asked again where it closed the connection', async () => {
    let count = 0;
    const port = await listening(
      createServer((request, response) => {
        count += 1;
        if (count === 1) request.socket.destroy();
        else response.end('{}');
      }),
    );
    expect(await send(get(`http://127.0.0.1:${port}`, { retries: 1 }), context)).toMatchObject({ status: 200 });
  });
});

describe('a hostile server', () => {
  let url: string;
  beforeAll(async () => {
    const answers: Readonly<Record<string, (socket: Socket) => void>> = {
      '/silent': () => undefined,
      '/reset': (socket) => socket.destroy(),
      '/half': (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc', () => socket.end()),
      '/stalled': (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc'),
      '/endless': (socket) => void socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(3_000_000)}`),
      '/noise': (socket) => void socket.end('220 mail.example.org ESMTP\r\n'),
      '/headers': (socket) => void socket.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`),
    };
    const server = createServer((request) => {
      request.socket.on('error', () => undefined);
      answers[(request.url ?? '').split('?')[0] ?? '']?.(request.socket);
    });
    url = `http://127.0.0.1:${await listening(server)}`;
  });

  it.each([
    ['/reset', 'unreachable', 'the connection was closed by'],
    ['/half', 'unreachable', ''],
    ['/endless', 'malformed', 'is longer than 1 MiB'],
    ['/noise', 'malformed', 'does not speak HTTP'],
    ['/headers', 'malformed', 'does not speak HTTP'],
    ['/silent', 'timeout', 'within 0.5 s'],
    ['/stalled', 'timeout', 'within 0.5 s'],
  ])('that answers %s ends in an error at once', async (path, reason, words) => {
    const start = Date.now();
    const sent = send(
      get(`${url}${path}?secret`, { headers: { Authorization: 'secret' }, body: 'secret', timeout: 500, method: 'PUT' }),
      context,
    );
    const error: unknown = await sent.catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(HttpFailure);
    expect(error).toMatchObject({ reason });
    expect(String(error)).toContain(words);
    expect(String(error)).toContain(new URL(url).host);
    expect(String(error)).not.toContain('secret');
    expect(Date.now() - start).toBeLessThan(2_000);
  });

  it('is left alone when the caller or the run gives up', async () => {
    const given = send(get(`${url}/silent`), context, AbortSignal.timeout(50));
    await expect(given).rejects.toMatchObject({ reason: 'stopped' });
    const run = send(get(`${url}/silent`), { ...context, signal: AbortSignal.timeout(50) });
    await expect(run).rejects.toMatchObject({ reason: 'stopped' });
    const waiting = send(get(`${url}/reset`, { retries: 9 }), context, AbortSignal.timeout(100));
    await expect(waiting).rejects.toMatchObject({ reason: 'stopped' });
    await expect(send(get(`${url}/silent`), context, AbortSignal.abort())).rejects.toMatchObject({ reason: 'stopped' });
  });

  it('that is not there is said to be so', async () => {
    const port = await freePort();
    await expect(send(get(`http://127.0.0.1:${port}`), context)).rejects.toThrow(`nobody listens at 127.0.0.1:${port}`);
    await expect(send(get('http://nobody.invalid:81'), context)).rejects.toThrow('nobody.invalid:81');
    await expect(send(get('ftp://127.0.0.1'), context)).rejects.toThrow('not a URL of http or https');
    await expect(send(get(url.replace('http', 'https')), context)).rejects.toThrow('does not speak TLS');
  });
});

describe('certificates', () => {
  const authority = makeAuthority('an authority of tests');
  const stranger = makeSelfSigned('a client');
  let folder: string;
  let url: string;
  let strict: string;
  let elsewhere: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'roots-'));
    await writeFile(join(folder, 'ca.pem'), authority.certificate);
    const own = authority.issue(['127.0.0.1', 'service.example.org']);
    url = `https://127.0.0.1:${await serve(() => ({ status: 200, body: {} }), own)}`;
    const asking = { cert: own.certificate, key: own.key, requestCert: true, ca: [stranger.certificate] };
    strict = `https://127.0.0.1:${await listening(createSecure(asking, (_, response) => response.end('{}')))}`;
    elsewhere = `https://127.0.0.1:${await serve(() => ({ status: 200, body: {} }), authority.issue(['other.example.org']))}`;
  });
  afterAll(async () => rm(folder, { recursive: true }));

  it('of an unknown authority are refused', async () => {
    const error: unknown = await send(get(url), context).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ reason: 'untrusted' });
    expect(String(error)).toContain(`the certificate of ${new URL(url).host} is not trusted`);
  });

  it('are trusted where the request, SSL_CERT_FILE or SSL_CERT_DIR has the authority, or nobody is distrusted', async () => {
    const ca = [authority.certificate];
    expect(await send(get(url, { tls: { ca } }), context)).toMatchObject({ status: 200 });
    expect(await send(get(url, { tls: { insecure: true } }), context)).toMatchObject({ status: 200 });
    for (const env of [{ SSL_CERT_FILE: join(folder, 'ca.pem') }, { SSL_CERT_DIR: `/nowhere:${folder}` }]) {
      const own = testContext({ env });
      for (let count = 0; count < 2; count += 1) expect(await send(get(url), own)).toMatchObject({ status: 200 });
    }
    await expect(send(get(url), testContext({ env: { SSL_CERT_FILE: join(folder, 'none.pem') } }))).rejects.toMatchObject({
      reason: 'untrusted',
    });
    // What the request says is the whole of what is trusted.
    const env = { SSL_CERT_FILE: join(folder, 'ca.pem') };
    await expect(send(get(url, { tls: { ca: [stranger.certificate] } }), testContext({ env }))).rejects.toMatchObject({
      reason: 'untrusted',
    });
  });

  it('must have the name of the host, or the name that is said', async () => {
    const ca = [authority.certificate];
    await expect(send(get(elsewhere, { tls: { ca } }), context)).rejects.toMatchObject({ reason: 'untrusted' });
    expect(await send(get(elsewhere, { tls: { ca, serverName: 'other.example.org' } }), context)).toMatchObject({ status: 200 });
  });

  it('of ours are shown to servers that ask', async () => {
    const ca = [authority.certificate];
    const { certificate: cert, key } = stranger;
    expect(await send(get(strict, { tls: { ca, cert, key } }), context)).toMatchObject({ status: 200 });
    await expect(send(get(strict, { tls: { ca } }), context)).rejects.toThrow(/no safe connection to .*certificate required/i);
  });

  it('are checked behind a proxy as well, where the service keeps its name', async () => {
    const proxy = `127.0.0.1:${await serveProxy({ 'service.example.org:8200': Number(new URL(url).port) })}`;
    const through = testContext({ env: { HTTPS_PROXY: proxy } });
    const named = 'https://service.example.org:8200';
    expect(await send(get(named, { tls: { ca: [authority.certificate] } }), through)).toMatchObject({ status: 200 });
    expect(await send(get(named, { tls: { ca: [authority.certificate] }, proxy: `http://${proxy}` }), context)).toMatchObject({
      status: 200,
    });
    await expect(send(get(named), through)).rejects.toMatchObject({ reason: 'untrusted' });
    await expect(send(get('https://unknown.example.org'), through)).rejects.toThrow(
      'the proxy answered 403 when asked for unknown.example.org',
    );
    const dead = await freePort();
    await expect(send(get(named), testContext({ env: { https_proxy: `http://127.0.0.1:${dead}` } }))).rejects.toThrow(
      `nobody listens at service.example.org:8200 through the proxy 127.0.0.1:${dead}`,
    );
  });
});

describe('a proxy', () => {
  it('is asked for plain requests by their whole address', async () => {
    const port = await serve(({ url, headers }) => ({ status: 200, body: { at: url.pathname, host: headers.host } }));
    const proxy = await serveProxy({ 'service.example.org:81': port });
    const through = testContext({ env: { HTTP_PROXY: `http://127.0.0.1:${proxy}` } });
    expect(await sendJson(get('http://service.example.org:81/a'), through)).toMatchObject({
      json: { at: '/a', host: 'service.example.org:81' },
    });
    const keeper = await listening(
      createServer((request, response) => {
        response.end(JSON.stringify({ credentials: request.headers['proxy-authorization'] }));
      }),
    );
    const known = testContext({ env: { http_proxy: `http://us%40er:p%3Aw@127.0.0.1:${keeper}` } });
    const credentials = `Basic ${Buffer.from('us@er:p:w').toString('base64')}`;
    expect(await sendJson(get('http://service.example.org'), known)).toMatchObject({ json: { credentials } });
  });

  // The expectations are those of golang.org/x/net/http/httpproxy.
  it.each([
    ['http://example.com/', {}, undefined],
    ['http://example.com/', { HTTP_PROXY: 'proxy:3128' }, 'http://proxy:3128/'],
    ['http://example.com/', { http_proxy: 'http://proxy' }, 'http://proxy/'],
    ['https://example.com/', { HTTP_PROXY: 'proxy' }, undefined],
    ['https://example.com/', { HTTPS_PROXY: 'https://proxy:1', https_proxy: 'other' }, 'https://proxy:1/'],
    ['https://localhost/', { HTTPS_PROXY: 'proxy' }, undefined],
    ['https://127.1.2.3/', { HTTPS_PROXY: 'proxy' }, undefined],
    ['https://[::1]/', { HTTPS_PROXY: 'proxy' }, undefined],
    ['https://example.com/', { HTTPS_PROXY: 'proxy', NO_PROXY: '*' }, undefined],
    ['https://example.com/', { HTTPS_PROXY: 'proxy', NO_PROXY: 'a, example.com' }, undefined],
    ['https://sub.example.com/', { HTTPS_PROXY: 'proxy', no_proxy: 'Example.com' }, undefined],
    ['https://example.com/', { HTTPS_PROXY: 'proxy', NO_PROXY: '.example.com' }, 'http://proxy/'],
    ['https://sub.example.com/', { HTTPS_PROXY: 'proxy', NO_PROXY: '*.example.com' }, undefined],
    ['https://badexample.com/', { HTTPS_PROXY: 'proxy', NO_PROXY: 'example.com,' }, 'http://proxy/'],
    ['https://example.com:8200/', { HTTPS_PROXY: 'proxy', NO_PROXY: 'example.com:443' }, 'http://proxy/'],
    ['https://example.com:8200/', { HTTPS_PROXY: 'proxy', NO_PROXY: 'example.com:8200' }, undefined],
    ['https://10.1.2.3/', { HTTPS_PROXY: 'proxy', NO_PROXY: '10.0.0.0/8' }, undefined],
    ['https://11.1.2.3/', { HTTPS_PROXY: 'proxy', NO_PROXY: '10.0.0.0/8' }, 'http://proxy/'],
    ['https://10.1.2.3/', { HTTPS_PROXY: 'proxy', NO_PROXY: '10.1.2.3:443' }, undefined],
    ['https://[fd00::1]/', { HTTPS_PROXY: 'proxy', NO_PROXY: 'fd00::/8' }, undefined],
    ['https://[fd00::1]/', { HTTPS_PROXY: 'proxy', NO_PROXY: '[fd00::1]:443' }, undefined],
    ['https://[fd00::1]/', { HTTPS_PROXY: 'proxy', NO_PROXY: 'fd00:0::1' }, undefined],
    ['https://[fd00::1]/', { HTTPS_PROXY: 'proxy', NO_PROXY: 'fd00::2' }, 'http://proxy/'],
  ])('for %s with %o is %s', (url, env, proxy) => {
    expect(proxyFromEnvironment(new URL(url), env)?.href).toBe(proxy);
  });

  it('of another kind, or from whoever asks a web server, is refused', () => {
    const at = (url: string, env: Record<string, string>): unknown => proxyFromEnvironment(new URL(url), env);
    expect(() => at('https://example.com', { HTTPS_PROXY: 'socks5://proxy' })).toThrow('not a URL of http or https');
    expect(() => at('http://example.com', { HTTP_PROXY: 'proxy', REQUEST_METHOD: 'GET' })).toThrow('CGI');
  });
});
