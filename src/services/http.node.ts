import { request as plainRequest, Agent as PlainAgent, type Agent, type IncomingHttpHeaders } from 'node:http';
import { request as secureRequest, Agent as SecureAgent, type RequestOptions } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../ports.ts';
import { HttpFailure, failureOf, isUntrusted } from './http-failure.ts';
import { rememberingOnce } from './once.ts';
import { bareHost, portOf, proxyAt, proxyFromEnvironment } from './proxy.node.ts';
import { extraRoots } from './roots.node.ts';

/** What is asked of a service. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `http:` or `https:`; a user name and password in it are not sent. */
  readonly url: string;
  /** The path of a Unix socket at which the service listens, whatever the host of the URL. */
  readonly socket?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly tls?: TlsSettings;
  /** URL of a proxy in place of what the environment says. */
  readonly proxy?: string;
  /** Milliseconds for all tries together; 20,000 unless told. */
  readonly timeout?: number;
  /** Tries after the first; 2 unless told. */
  readonly retries?: number;
}
/** How the server is told from an impostor, and we are told from a stranger. All are PEM. */
export interface TlsSettings {
  /** The only authorities to trust, in place of those of Node, `SSL_CERT_FILE` and the system. */
  readonly ca?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
  /** The name that the server's certificate must have, if not the host of the URL. */
  readonly serverName?: string;
  /** Trusts anybody. */
  readonly insecure?: true;
}
/** What a service said; statuses such as 403 are answers, not errors. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
/** An answer read as JSON: undefined where there is no body, or where a status other than 2xx comes with something else, as from a proxy on the way. */
export interface JsonAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: unknown;
}

const defaultTimeout = 20_000;
const defaultRetries = 2;
const longestAnswer = 1024 * 1024;
const firstPause = 250;
/** No `Retry-After` makes us wait longer than this. */
const longestPause = 5_000;

/**
 * Asks a service, through a proxy where the environment names one as Go's net/http reads it. Refused, reset and unresolved connections, 429 and 5xx (but 501) are
 * tried again. Redirects are never followed: they are answers. Both signals end it at once: the given one and the context's.
 * Throws {@link HttpFailure}, which names the host, never a header, a body or a query.
 */
export async function send(request: HttpRequest, context: Context, signal?: AbortSignal): Promise<HttpAnswer> {
  const { timeout = defaultTimeout, retries = defaultRetries } = request;
  const expiry = AbortSignal.timeout(timeout);
  const stop = AbortSignal.any([expiry, ...[signal, context.signal].flatMap((given) => given ?? [])]);
  const url = parseUrl(request.url);
  try {
    for (let left = retries; ; left -= 1) {
      const outcome = await attempt({ url, request, context, stop });
      if (left <= 0 || !isTransient(outcome)) return settled(outcome);
      await sleep(pauseBefore(retries - left, outcome), undefined, { signal: stop });
    }
  } catch (error) {
    if (expiry.aborted) throw new HttpFailure('timeout', `no answer from ${url.host} within ${timeout / 1000} s`);
    if (stop.aborted) throw new HttpFailure('stopped', `the request to ${url.host} was given up`);
    throw error;
  }
}

/** {@link send} with a body of JSON (a value, or text as it stands in `body`), if one is given, and an answer of JSON. Throws {@link HttpFailure} also for a status of 2xx with a body that is no JSON. */
export async function sendJson(
  { json, headers, ...request }: HttpRequest & { readonly json?: unknown },
  context: Context,
  signal?: AbortSignal,
): Promise<JsonAnswer> {
  const content = json === undefined ? {} : { body: JSON.stringify(json) };
  const type: Record<string, string> = json === undefined ? {} : { 'Content-Type': 'application/json' };
  const { body, ...answer } = await send({ ...request, ...content, headers: { ...type, ...headers } }, context, signal);
  try {
    return { ...answer, json: body.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(body)) };
  } catch {
    if (answer.status < 200 || answer.status > 299) return { ...answer, json: undefined };
    throw new HttpFailure('malformed', `the answer of ${parseUrl(request.url).host} is not JSON`);
  }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new HttpFailure('malformed', 'the address of the service is not a URL of http or https');
  return url;
}

type Outcome = HttpAnswer | HttpFailure;

function settled(outcome: Outcome): HttpAnswer {
  if (outcome instanceof HttpFailure) throw outcome;
  return outcome;
}

const isTransient = (outcome: Outcome): boolean =>
  outcome instanceof HttpFailure
    ? outcome.reason === 'unreachable'
    : outcome.status === 429 || (outcome.status >= 500 && outcome.status !== 501);

/** Doubled each time, with up to as much again by chance, so that many that failed together do not come back together. */
function pauseBefore(retry: number, outcome: Outcome): number {
  const asked = outcome instanceof HttpFailure ? NaN : Number(outcome.headers['retry-after']) * 1000;
  const pause = asked > 0 ? asked : firstPause * 2 ** retry * (1 + Math.random());
  return Math.min(pause, longestPause);
}

/** A request on its way: the signal ends it for whatever reason. */
interface Errand {
  readonly url: URL;
  readonly request: HttpRequest;
  readonly context: Context;
  readonly stop: AbortSignal;
}

/** Hosts that only the roots beside Node's own vouch for, run by run. */
const hostsOfOthers = new WeakMap<Context, Set<string>>();

/** One try. Making a list of roots costs Node 30 ms, so its own, which are ready, come first, and others only where these do not do. */
async function attempt(errand: Errand): Promise<Outcome> {
  const { url, request, context } = errand;
  if (request.tls?.ca !== undefined) return exchange(errand);
  const others = hostsOfOthers.get(context) ?? new Set();
  hostsOfOthers.set(context, others);
  const outcome = others.has(url.host) ? undefined : await exchange(errand);
  if (outcome !== undefined && !(outcome instanceof HttpFailure && isUntrusted(outcome))) return outcome;
  const roots = await extraRoots(context);
  if (outcome !== undefined && roots.length === 0) return outcome;
  others.add(url.host);
  return exchange({ ...errand, request: { ...request, tls: { ...request.tls, ca: roots } } });
}

async function exchange({ url, request, context, stop }: Errand): Promise<Outcome> {
  const proxy = proxyOf(url, request, context.env);
  const agent = await agents(context, `${url.protocol} ${proxy?.href ?? ''}`, async () => agentFor(url, proxy));
  const options = { agent, method: request.method, signal: stop, stop, ...routeTo(url, request, proxy), ...tlsOptions(request.tls) };
  const asked = proxy === undefined ? url.host : `${url.host} through the proxy ${proxy.host}`;
  return new Promise((resolve) => {
    const fail = (error: unknown): void => resolve(failureOf(error, asked));
    const sent = (options.protocol === 'https:' ? secureRequest : plainRequest)(options, (answer) => {
      const parts: Buffer[] = [];
      let length = 0;
      answer.on('data', (part: Buffer) => {
        parts.push(part);
        length += part.length;
        if (length > longestAnswer) sent.destroy(new HttpFailure('malformed', `the answer of ${url.host} is longer than 1 MiB`));
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: plainHeaders(answer.headers), body: Buffer.concat(parts) }),
      );
      answer.on('error', fail);
      answer.on('close', () => fail(new HttpFailure('unreachable', `${asked} broke off its answer`)));
    });
    // A proxy that refuses is no answer of the service.
    sent.on('proxyConnect', ({ statusCode = 0 }: { statusCode?: number }) => {
      if (statusCode !== 200) sent.destroy(new HttpFailure('proxy', `the proxy answered ${statusCode} when asked for ${url.host}`));
    });
    sent.on('error', fail);
    sent.end(request.body);
  });
}

const plainHeaders = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));

function tlsOptions({ ca, cert, key, serverName, insecure }: TlsSettings = {}): RequestOptions {
  return {
    ...(ca === undefined ? {} : { ca: [...ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(insecure === undefined ? {} : { rejectUnauthorized: false }),
  };
}

/** Connections are kept for as long as the environment they were made for. */
const agents = rememberingOnce<Agent>();

/** Where to connect to: the host itself, a socket, or a proxy that is told the host. */
function routeTo(url: URL, request: HttpRequest, proxy: URL | undefined): RequestOptions {
  const headers = { Host: url.host, ...request.headers };
  const direct = { protocol: url.protocol, host: bareHost(url), port: portOf(url), path: `${url.pathname}${url.search}`, headers };
  if (request.socket !== undefined) return { ...direct, socketPath: request.socket };
  if (proxy === undefined || url.protocol === 'https:') return direct;
  const { protocol, username, password } = proxy;
  const user = Buffer.from(decodeURIComponent(`${username}:${password}`)).toString('base64');
  const credentials = username === '' ? {} : { 'Proxy-Authorization': `Basic ${user}` };
  return { protocol, host: bareHost(proxy), port: portOf(proxy), path: url.href, headers: { ...headers, ...credentials } };
}

function proxyOf(url: URL, { proxy, socket }: HttpRequest, env: Context['env']): URL | undefined {
  if (socket !== undefined) return undefined;
  return proxy === undefined ? proxyFromEnvironment(url, env) : proxyAt(proxy);
}

async function agentFor(url: URL, proxy: URL | undefined): Promise<Agent> {
  const { protocol } = url.protocol === 'http:' && proxy !== undefined ? proxy : url;
  if (protocol === 'http:') return new PlainAgent({ keepAlive: true });
  if (proxy === undefined || url.protocol === 'http:') return new SecureAgent({ keepAlive: true });
  const { Tunnel } = await import('./tunnel.node.ts');
  return new Tunnel(proxy, { keepAlive: true });
}
