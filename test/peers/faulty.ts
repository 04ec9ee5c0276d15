import { createServer, type IncomingMessage, request as ask, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type FaultPlan, PlannedFaults } from './planned-faults.ts';

/** A server that stands before another and fails as it is told. */
export interface Faulty {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  set(plan: FaultPlan | undefined): void;
  close(): Promise<void>;
}

/** What a request is, and what the service would say of a fault. */
export interface Behaviour {
  readonly isWrite: (request: IncomingMessage) => boolean;
  readonly said: (status: number) => { readonly type: string; readonly body: string };
}

/** Starts it in this process. */
export async function standBefore(target: string, { isWrite, said }: Behaviour): Promise<Faulty> {
  const faults = new PlannedFaults();
  const sockets = new Set<Socket>();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const status = faults.next(isWrite(request) ? 'write' : 'read');
      if (status === 'silent') return;
      if (status === undefined) return forward(request, Buffer.concat(parts), response);
      const { type, body } = said(status);
      response.writeHead(status, { 'Content-Type': type }).end(body);
    });
  };
  const forward = (request: IncomingMessage, body: Buffer, response: ServerResponse): void => {
    const { hostname, port } = new URL(target);
    const { method, url: path, headers } = request;
    const onward = ask({ hostname, port, method, path, headers }, (given) => {
      response.writeHead(given.statusCode ?? 502, given.headers);
      given.pipe(response);
    });
    onward.on('error', () => response.destroy());
    onward.end(body);
  };
  const server = createServer(answer);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    set: (plan) => faults.set(plan),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
