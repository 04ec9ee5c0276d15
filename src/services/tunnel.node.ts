import type { ClientRequest } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';

type Base = HttpsProxyAgent<string>;

/**
 * Reaches hosts through a proxy. The library lets a request that is over wait for what the proxy says, and one that says nothing would hold the program for ever: here the
 * signal in the option `stop` of the request ends it (Node keeps the option `signal` to itself).
 */
export class Tunnel extends HttpsProxyAgent<string> {
  override async connect(request: ClientRequest, options: Parameters<Base['connect']>[1]): ReturnType<Base['connect']> {
    const signal: unknown = 'stop' in options ? options.stop : undefined;
    if (signal instanceof AbortSignal) this.connectOpts = { ...this.connectOpts, signal };
    return super.connect(request, options);
  }
}
