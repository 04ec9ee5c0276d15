import type { handleUnaryCall, Server } from '@grpc/grpc-js';
import { createServer } from 'node:net';
import { answer, type Answering } from '../keyservice/answer.ts';
import { type Procedure, procedures } from '../keyservice/protocol.ts';
import { listenAt } from './listening.ts';

/** A key service that listens. */
export interface KeyServer {
  /** Where, as clients name it; with the port that was given where any would do. */
  readonly uri: string;
  /** Whether other machines reach it, and so may read what is sent. */
  readonly exposed: boolean;
  /** Removes the socket, and lets running requests end, but not for long. */
  close(): Promise<void>;
}

/** What it is to listen at, as flags say it. */
export interface ListenAddress {
  /** `tcp`, `tcp4`, `tcp6` or `unix`. */
  readonly network: string;
  /** `HOST:PORT`, or the path of a socket. */
  readonly address: string;
}

/** How long running requests may take once the server is to end, in milliseconds. */
const graceTime = 1000;

/** Serves sops's protocol over gRPC without encryption, as `sops keyservice` does. Throws `USAGE`, `ADDRESS_UNUSABLE`. */
export async function startKeyServer(where: ListenAddress, answering: Answering): Promise<KeyServer> {
  const { logVerbosity, Server: GrpcServer, ServerCredentials, setLogVerbosity } = await import('@grpc/grpc-js');
  setLogVerbosity(logVerbosity.NONE);
  const server = new GrpcServer({ 'grpc.enable_channelz': 0 });
  for (const procedure of ['wrap', 'unwrap'] as const)
    server.register(procedures[procedure], handler(procedure, answering), asBuffer, (bytes: Buffer) => bytes, 'unary');
  const connections = server.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = createServer((socket) => {
    socket.on('error', () => undefined);
    connections.injectConnection(socket);
  });
  const { uri, exposed, stop } = await listenAt(listener, where);
  return {
    uri,
    exposed,
    close: async () => {
      stop();
      await shutDown(server);
      connections.destroy();
    },
  };
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function handler(procedure: Procedure, answering: Answering): handleUnaryCall<Buffer, Uint8Array> {
  return async (call, respond) => {
    const abort = new AbortController();
    call.on('cancelled', () => {
      abort.abort();
    });
    const answered = await answer(procedure, call.request, abort.signal, answering);
    if (answered instanceof Uint8Array) respond(null, answered);
    else respond(answered);
  };
}

function shutDown(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, graceTime);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
