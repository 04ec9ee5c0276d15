import { createServer as createPlain, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { Identity } from './certificate.ts';

/** What a client asked. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
/** What a server says; a text is sent as it is, all else as JSON. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
/** Undefined says nothing at all: the connection stays open. */
export type Handler = (asked: Asked) => Reply | undefined;

/** Serves on a free loopback port, over TLS if there is a certificate; answers the port. */
export async function serve(handler: Handler, identity?: Identity): Promise<number> {
  const listener: RequestListener = (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
      const reply = handler({ method: request.method ?? '', url, headers: request.headers, body: Buffer.concat(parts).toString() });
      if (reply === undefined) return;
      const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
      response.writeHead(reply.status, { 'Content-Type': 'application/json', ...reply.headers }).end(text);
    });
  };
  return listening(
    identity === undefined ? createPlain(listener) : createSecure({ cert: identity.certificate, key: identity.key }, listener),
  );
}

/** The free loopback port that a server got. */
export async function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
