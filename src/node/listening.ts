import { lstatSync, rmSync, type Stats } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';
import { SopsError } from '../errors.ts';
import { showAddress } from '../keyservice/address.ts';
import { systemCode } from './files.ts';

/** A server that listens. */
export interface Listening {
  readonly uri: string;
  /** Whether other machines reach it. */
  readonly exposed: boolean;
  /** Takes no more connections, and removes the socket. */
  readonly stop: () => void;
}

/**
 * Lets a server listen where Go's `net.Listen` would: a TCP address without a host means all of them, port 0 any that is free.
 * A Unix socket is for its owner alone; one that a server has left behind is taken over, where sops gives up. Throws `USAGE`, `ADDRESS_UNUSABLE`.
 */
export async function listenAt(
  server: Server,
  { network, address }: { readonly network: string; readonly address: string },
): Promise<Listening> {
  if (network === 'unix') return listenAtPath(server, address);
  const ipv6Only = network === 'tcp6';
  const { host, port } = parseTcp(network, address);
  await listening(server, address, () => server.listen({ port, ipv6Only, ...(host === undefined ? {} : { host }) }));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw unusable(address, 'it is no address of a network');
  return {
    uri: showAddress({ network: 'tcp', host: bound.address, port: bound.port }),
    exposed: !/^(::ffff:)?127\.|^::1$/i.test(bound.address),
    stop: () => {
      server.close();
    },
  };
}

const loopback: ReadonlyMap<string, string> = new Map([
  ['tcp', '127.0.0.1'],
  ['tcp4', '127.0.0.1'],
  ['tcp6', '::1'],
]);
const everywhere: ReadonlyMap<string, string> = new Map([
  ['tcp4', '0.0.0.0'],
  ['tcp6', '::'],
]);

function parseTcp(network: string, address: string): { readonly host: string | undefined; readonly port: number } {
  if (!loopback.has(network)) throw new SopsError('USAGE', `unknown network '${network}': --network is tcp or unix`);
  const [, ipv6, name, digits] = /^(?:\[([\da-f:.%\w]+)\]|([^:[\]]*)):(\d{1,5})$/i.exec(address) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) throw new SopsError('USAGE', `'${address}' is no address to listen on: give HOST:PORT`);
  const host = ipv6 ?? (name === 'localhost' ? loopback.get(network) : name);
  return { host: host === undefined || host === '' ? everywhere.get(network) : host, port };
}

/** What fits into an address of a Unix socket, with the byte that ends it; Node would cut off the rest. */
const longestPath = process.platform === 'linux' ? 107 : 103;

async function listenAtPath(server: Server, path: string): Promise<Listening> {
  if (path === '' || path.startsWith('@')) throw new SopsError('USAGE', `'${path}' is no path of a socket`);
  if (Buffer.byteLength(path) > longestPath) throw unusable(path, `the path of a socket has at most ${longestPath} bytes`);
  // Node takes this for a lack of permission.
  if (lookAt(dirname(path)) === undefined) throw unusable(path, 'there is no such folder');
  await clear(path);
  const mask = process.umask(0o177);
  try {
    await listening(server, path, () => server.listen(path));
  } finally {
    process.umask(mask);
  }
  return {
    uri: showAddress({ network: 'unix', path }),
    exposed: false,
    stop: () => {
      server.close();
      rmSync(path, { force: true });
    },
  };
}

/** Removes a socket that nobody listens at. */
async function clear(path: string): Promise<void> {
  const found = lookAt(path);
  if (found === undefined) return;
  if (!found.isSocket()) throw unusable(path, 'there is a file of that name, which is no socket');
  const answered = await knock(path);
  if (answered === undefined) throw unusable(path, 'address already in use: another server listens there');
  if (answered === 'ECONNREFUSED' && found.ino === lookAt(path)?.ino) rmSync(path, { force: true });
}

const lookAt = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });

/** The system's code for why nobody answers at a socket; undefined where somebody does. */
function knock(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.on('error', (error) => {
      resolve(systemCode(error) ?? error.message);
    });
  });
}

function listening(server: Server, address: string, start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(unusable(address, reasons.get(systemCode(error) ?? '') ?? systemCode(error) ?? error.message, error));
    };
    server.once('error', fail);
    server.once('listening', () => {
      server.removeListener('error', fail);
      server.on('error', () => undefined);
      resolve();
    });
    start();
  });
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'address already in use: another server listens there'],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
  ['EACCES', 'no permission to listen there'],
  ['ENOTFOUND', 'there is no host of that name'],
]);

const unusable = (address: string, why: string, cause?: unknown): SopsError =>
  new SopsError('ADDRESS_UNUSABLE', `cannot listen on '${address}': ${why}`, { cause });
