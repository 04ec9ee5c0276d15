import { lstatSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { listenAt } from '../listening.ts';
import { longestRequest, readRequest, writeAnswer } from './messages.ts';
import { dataKeySocket } from './socket.ts';
import { DataKeyStore } from './store.ts';

/** How long a request may take, and how often it is looked whether the socket is still there, in milliseconds. */
const patience = 2000;
const lookAround = 5000;

/**
 * Remembers data keys for other processes of this user until nothing is left to remember, somebody asks to stop, or the socket is gone, as it is once the user logs out: answers then.
 * Throws `ADDRESS_UNUSABLE` where another does so already; answers at once where there is no folder that is the user's alone.
 * @param seconds without use after which a key is forgotten
 */
export async function serveDataKeys(seconds: number, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const address = dataKeySocket(env);
  if (address === undefined) return;
  const store = new DataKeyStore(seconds * 1000, Date.now);
  let timer: NodeJS.Timeout | undefined;
  const server = createServer((socket) => {
    converse(socket, (bytes) => {
      const request = readRequest(bytes);
      if (request === undefined) return;
      bytes.fill(0);
      if (request.verb === 'stop') end();
      const answer = writeAnswer(request.verb === 'stop' ? { found: 'nothing' } : store.answer(request));
      socket.end(answer, () => answer.fill(0));
      waitOn();
    });
  });
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  /** Once what is kept longest has had its time, or nothing came, there is nothing to stay for. */
  const waitOn = (): void => {
    clearTimeout(timer);
    const next = store.forget() ?? Date.now() + seconds * 1000;
    timer = setTimeout(() => {
      if (store.forget() === undefined) end();
      else waitOn();
    }, next - Date.now());
  };
  const { stop } = await listenAt(server, { network: 'unix', address });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
  waitOn();
  const own = idOf(address);
  const looking = setInterval(() => {
    if (idOf(address) !== own) end();
  }, lookAround);
  await ended;
  clearTimeout(timer);
  clearInterval(looking);
  store.forget(true);
  stop();
}

const idOf = (path: string): number | undefined => lstatSync(path, { throwIfNoEntry: false })?.ino;

function converse(socket: Socket, receive: (bytes: Uint8Array) => void): void {
  const bytes = new Uint8Array(longestRequest);
  let length = 0;
  socket.setTimeout(patience, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.on('data', (part: Buffer) => {
    if (length + part.length > bytes.length) return void socket.destroy();
    bytes.set(part, length);
    length += part.length;
    part.fill(0);
    receive(bytes.subarray(0, length));
  });
}
