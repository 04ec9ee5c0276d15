import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { connect, type Server as NetServer, type Socket } from 'node:net';
import { makeAuthority } from './certificate.ts';
import { awsMetadata } from './gcp-aws.ts';
import { grpcAnswer, type GrpcAnswer } from './gcp-grpc.ts';
import { checksum, decrypt, encrypt, type Principal } from './gcp-kms.ts';
import { Refusal, statuses, type Status } from './gcp-status.ts';
import { openSecrets, type SecretManager } from './gcp-secrets.ts';
import { openStorage, type Storage } from './gcs.ts';
import { PlannedFaults } from './planned-faults.ts';
import { OAuthRefusal, type Tokens } from './gcp-tokens.ts';

/** What a request meets in place of the service: a status (of HTTP, and of gRPC by its name), silence, a broken connection, an answer that is none, or one with a wrong checksum. */
export type Fault = { readonly status: Status; readonly message?: string } | 'silent' | 'broken' | 'rubbish' | 'corrupt';
/** What the faults are for: the key service, storage, or whatever gives tokens. */
export type Part = 'kms' | 'storage' | 'tokens';

/** Google's services that sops needs, on loopback, all at every address. */
export interface GcpServer {
  /** `http://127.0.0.1:…` */
  readonly url: string;
  /** `127.0.0.1:…`, TLS, HTTP/1.1 and HTTP/2: REST and gRPC. */
  readonly secure: string;
  /** A proxy that leads to `secure` for Google's hosts and refuses all others. */
  readonly proxy: string;
  /** The certificate of the authority that vouches for `secure`. */
  readonly authority: string;
  /** Each request: `grpc encrypt`, `rest decrypt`, `POST /token`; through the proxy also `CONNECT host`. */
  readonly seen: string[];
  readonly storage: Storage;
  readonly secretManager: SecretManager;
  /** What requests to the secret manager meet. */
  readonly secretFaults: PlannedFaults;
  /** Faults that requests to come will meet, one each. */
  readonly faults: Record<Part, Fault[]>;
  close(): Promise<void>;
}

interface Request {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}
interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

const hosts = /^(cloudkms|storage|secretmanager|oauth2|sts|iamcredentials)\.(googleapis\.com|universe\.example):443$/;
const names = ['localhost', '127.0.0.1', '*.googleapis.com', '*.universe.example'];

export async function openServer(tokens: Tokens): Promise<GcpServer> {
  const authority = makeAuthority('authority of GCP on loopback');
  const { certificate, key } = authority.issue(names);
  const seen: string[] = [];
  const faults: GcpServer['faults'] = { kms: [], storage: [], tokens: [] };
  const storage = openStorage();
  const secretManager = openSecrets();
  const secretFaults = new PlannedFaults();
  const serve = async (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): Promise<void> => {
    const asked = await readRequest(request);
    const isGrpc = String(asked.headers['content-type']).startsWith('application/grpc');
    const isKms = isGrpc || /:(encrypt|decrypt)$/.test(asked.url.pathname);
    seen.push(
      isKms
        ? `${isGrpc ? 'grpc' : 'rest'} ${/encrypt/i.test(asked.url.pathname) ? 'encrypt' : 'decrypt'}`
        : `${asked.method} ${asked.url.pathname}`,
    );
    const fault = isSecrets(asked)
      ? plannedFault(secretFaults, asked)
      : faults[isKms ? 'kms' : isStorage(asked) ? 'storage' : 'tokens'].shift();
    if (fault === 'silent') return;
    if (fault === 'broken') return void request.socket.destroy();
    if (isGrpc && 'stream' in response) return sendGrpc(response, grpcOf(asked, tokens, fault));
    send(response, restOf(asked, { tokens, storage, secretManager }, fault));
  };
  const plain = createPlainServer((request, response) => void serve(request, response));
  const secure = createSecureServer({ allowHTTP1: true, cert: certificate, key }, (request, response) => void serve(request, response));
  const proxy = createPlainServer((_, response) => send(response, { status: 403, body: 'this proxy only connects to Google' }));
  const sockets = new Set<Socket>();
  for (const server of [plain, secure, proxy])
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    });
  const ports = await Promise.all([plain, secure, proxy].map(listen));
  proxy.on('connect', ({ url = '' }: IncomingMessage, socket: Socket) => {
    seen.push(`CONNECT ${url}`);
    if (hosts.test(url)) tunnel(socket, ports[1] ?? 0);
    else socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  return {
    url: `http://127.0.0.1:${ports[0]}`,
    secure: `127.0.0.1:${ports[1]}`,
    proxy: `http://127.0.0.1:${ports[2]}`,
    authority: authority.certificate,
    seen,
    storage,
    secretManager,
    secretFaults,
    faults,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([plain, secure, proxy].map(async (server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

const listen = async (server: NetServer): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });

function tunnel(socket: Socket, port: number): void {
  const there = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'));
  there.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  socket.on('close', () => there.destroy());
  there.pipe(socket).pipe(there);
}

async function readRequest(request: IncomingMessage | Http2ServerRequest): Promise<Request> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return {
    method: request.method ?? '',
    url: new URL(request.url ?? '/', 'http://any'),
    headers: request.headers,
    body: Buffer.concat(parts),
  };
}

const send = (response: ServerResponse | Http2ServerResponse, { status, headers, body }: Answer): void => {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  response.end(body);
};

function sendGrpc(response: Http2ServerResponse, { message, code, reason }: GrpcAnswer): void {
  response.setHeader('content-type', 'application/grpc');
  response.addTrailers({ 'grpc-status': String(code), 'grpc-message': encodeURI(reason) });
  response.end(message);
}

const json = (content: unknown, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: JSON.stringify(content),
});
const refused = (status: Status, message: string): Answer => {
  const [code] = statuses[status];
  return json({ error: { code, message, status } }, code);
};

function grpcOf({ url, headers, body }: Request, tokens: Tokens, fault: Fault | undefined): GrpcAnswer {
  if (fault === 'rubbish') return { message: Buffer.from([0, 0, 0, 0, 3, 0x12, 0x7f, 0x01]), code: 0, reason: '' };
  return grpcAnswer(url.pathname, body, (action, name, text) => {
    if (typeof fault === 'object') throw new Refusal(fault.status, fault.message ?? 'the service has a fault');
    const answer = (action === 'Encrypt' ? encrypt : decrypt)(name, text, tokens.holder(bearer(headers)));
    return { bytes: answer, checksum: fault === 'corrupt' ? 1 : checksum(answer) };
  });
}

/** What REST serves. */
interface Served {
  readonly tokens: Tokens;
  readonly storage: Storage;
  readonly secretManager: SecretManager;
}

function plannedFault(faults: PlannedFaults, { method }: Request): Fault | undefined {
  const planned = faults.next(method === 'GET' ? 'read' : 'write');
  if (planned === 'silent' || planned === undefined) return planned;
  return { status: planned === 429 ? 'RESOURCE_EXHAUSTED' : 'UNAVAILABLE', message: 'a fault' };
}

const isSecrets = ({ url }: Request): boolean => /^\/v1\/projects\/[^/]+\/secrets/.test(url.pathname);
const isStorage = ({ url }: Request): boolean => url.pathname.startsWith('/upload/storage/');

function restOf(request: Request, served: Served, fault: Fault | undefined): Answer {
  if (fault === 'rubbish')
    return { status: 200, headers: { 'content-type': 'application/json' }, body: '{"ciphertext": 7, "plaintext": {"a"' };
  if (typeof fault === 'object') return refused(fault.status, fault.message ?? 'the service has a fault');
  try {
    const { tokens, storage, secretManager } = served;
    const { headers } = request;
    // An emulator knows nobody.
    const stored = storage.answer(request, () => (headers['authorization'] === undefined ? 'emulator' : tokens.holder(bearer(headers))));
    const secret = secretManager.answer(request, () => tokens.holder(bearer(headers)));
    if (secret !== undefined) return json(secret);
    return stored === undefined ? route(request, tokens, fault === 'corrupt') : json(stored);
  } catch (error) {
    if (error instanceof OAuthRefusal) return json({ error: error.error, error_description: error.message }, 400);
    if (error instanceof Refusal) return refused(error.status, error.message);
    return refused('INVALID_ARGUMENT', String(error));
  }
}

function route(request: Request, tokens: Tokens, isCorrupt: boolean): Answer {
  const { method, url, headers, body } = request;
  const path = decodeURIComponent(url.pathname);
  const [, name = '', action] = /^\/v1\/(.+):(encrypt|decrypt)$/.exec(path) ?? [];
  const principal = (): Principal => tokens.holder(bearer(headers));
  if (action !== undefined)
    return cryptography(action === 'encrypt' ? encrypt : decrypt, { name, principal: principal() }, body, isCorrupt);
  const [, account] = /^\/v1\/projects\/-\/serviceAccounts\/(.+):generateAccessToken$/.exec(path) ?? [];
  if (account !== undefined) return json(tokens.impersonate(principal(), account));
  const form = new URLSearchParams(body.toString());
  if (method === 'POST' && path === '/token') return json(tokens.exchange(form));
  if (method === 'POST' && path === '/v1/token') return json(tokens.federate(form));
  if (path === '/job-token')
    return bearer(headers) === 'runner' ? json({ value: tokens.jobToken() }) : refused('UNAUTHENTICATED', 'not a runner');
  const found = awsMetadata(method, path, headers);
  if (found !== undefined) return { status: 200, body: found };
  return path.startsWith('/computeMetadata/v1/') ? metadata(request, tokens) : refused('NOT_FOUND', `no ${method} ${path}`);
}

/** What a virtual machine of Google finds at 169.254.169.254. */
function metadata({ url, headers }: Request, tokens: Tokens): Answer {
  const flavour = { 'metadata-flavor': 'Google', 'content-type': 'application/json' };
  if (headers['metadata-flavor'] !== 'Google') return { status: 403, body: 'Missing Metadata-Flavor:Google header.' };
  if (!url.pathname.endsWith('/instance/service-accounts/default/token')) return { status: 404, headers: flavour, body: 'not found' };
  const token = { access_token: tokens.issue('sops@p1.iam.gserviceaccount.com'), expires_in: 3599, token_type: 'Bearer' };
  return { status: 200, headers: flavour, body: JSON.stringify(token) };
}

function cryptography(
  act: typeof encrypt,
  who: { readonly name: string; readonly principal: Principal },
  body: Buffer,
  isCorrupt: boolean,
): Answer {
  const asked: { name?: string; plaintext?: string; ciphertext?: string } = JSON.parse(body.toString());
  if (asked.name !== undefined && asked.name !== who.name) throw new Refusal('INVALID_ARGUMENT', 'the name is not that of the path');
  const [from, to] = act === encrypt ? (['plaintext', 'ciphertext'] as const) : (['ciphertext', 'plaintext'] as const);
  const answer = act(who.name, Buffer.from(asked[from] ?? '', 'base64'), who.principal);
  return json({
    [to]: Buffer.from(answer).toString('base64'),
    [`${to}Crc32c`]: String(isCorrupt ? 1 : checksum(answer)),
    protectionLevel: 1,
  });
}

const bearer = (headers: Request['headers']): string => /^Bearer (.+)$/.exec(String(headers['authorization'] ?? ''))?.[1] ?? '';
