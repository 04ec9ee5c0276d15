import { createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { send } from '../../src/services/http.node.ts';
import { freePort } from '../peers/free-port.ts';
import { testContext } from '../keysources/context.ts';

it('a proxy that says nothing holds nobody: not the caller, and not the connection', async () => {
  const open = new Set<Socket>();
  const silent = createServer((socket) => {
    open.add(
      socket
        .resume()
        .on('close', () => open.delete(socket))
        .on('error', () => undefined),
    );
  });
  const port = await freePort();
  silent.listen(port, '127.0.0.1');
  const env = { HTTPS_PROXY: `http://127.0.0.1:${port}` };
  await expect(send({ method: 'GET', url: 'https://service.example.org/', timeout: 300 }, testContext({ env }))).rejects.toMatchObject({
    reason: 'timeout',
  });
  await expect.poll(() => open.size).toBe(0);
  silent.close();
});
