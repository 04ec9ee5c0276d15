import { createServer, request as send } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listening } from './serve.ts';

/** Hosts with ports, `*.` for any below, and the loopback ports that stand for them. */
export type Stand = Readonly<Record<string, number>>;

/** A proxy that leads the hosts it knows to loopback and refuses all others, so that a program may keep the names that services have in the world. Answers its port. */
export async function serveProxy(stands: Stand): Promise<number> {
  const portFor = (host: string): number | undefined =>
    Object.entries(stands).find(([name]) => (name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name))?.[1];

  const server = createServer((asked, answer) => {
    const url = URL.canParse(asked.url ?? '') ? new URL(asked.url ?? '') : undefined;
    const port = url === undefined ? undefined : portFor(`${url.hostname}:${url.port || '80'}`);
    if (url === undefined || port === undefined) {
      answer.writeHead(502).end('no such host here\n');
      return;
    }
    const { method, headers } = asked;
    const onward = send({ host: '127.0.0.1', port, method, path: `${url.pathname}${url.search}`, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers);
      given.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  server.on('connect', (asked, near: Socket, head: Buffer) => {
    const port = portFor((asked.url ?? '').toLowerCase());
    near.on('error', () => undefined);
    if (port === undefined) {
      near.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const far = connect(port, '127.0.0.1', () => {
      near.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      far.write(head);
      far.pipe(near);
      near.pipe(far);
    });
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
  });
  return listening(server);
}
