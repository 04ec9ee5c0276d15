import type { TokenCredentialOptions } from '@azure/identity';
import type { Context } from '../../ports.ts';
import { HttpFailure } from '../http-failure.ts';
import { send } from '../http.node.ts';
import { ServiceFailure } from '../service-failure.ts';

type HttpClient = NonNullable<TokenCredentialOptions['httpClient']>;
type Headers = Parameters<HttpClient['sendRequest']>[0]['headers'];

/** How the SDK reaches the world. */
export interface Way {
  readonly context: Context;
  /** Takes the requests that had no answer, since the SDK hides why. */
  readonly faults: HttpFailure[];
  readonly signal: AbortSignal | undefined;
}

/** Sends what Azure's identity SDK asks for as all else here is sent: the same proxies, certificates, time limits and retries.  */
export const transport = ({ context, faults, signal }: Way): HttpClient => ({
  sendRequest: async (request) => {
    const { url, method, headers, body, timeout, abortSignal } = request;
    if (method !== 'GET' && method !== 'POST') throw new ServiceFailure(`the identity SDK wants to ${method}`);
    // Answers are small: they need no compression.
    const { 'accept-encoding': _, ...wanted } = headers.toJSON();
    const answer = await noted(
      faults,
      send(
        {
          url,
          method,
          headers: wanted,
          ...(typeof body === 'string' ? { body } : {}),
          ...(timeout > 0 ? { timeout, retries: 0 } : {}),
        },
        context,
        stopping([signal, abortSignal]),
      ),
    );
    return { request, status: answer.status, headers: headersOf(answer.headers), bodyAsText: new TextDecoder().decode(answer.body) };
  },
});

/** Headers as the SDK has them: names in any case. */
function headersOf(plain: Readonly<Record<string, string>>): Headers {
  const all = new Map(Object.entries(plain));
  return {
    get: (name) => all.get(name.toLowerCase()),
    has: (name) => all.has(name.toLowerCase()),
    set: (name, value) => void all.set(name.toLowerCase(), String(value)),
    delete: (name) => void all.delete(name.toLowerCase()),
    toJSON: () => Object.fromEntries(all),
    [Symbol.iterator]: () => all[Symbol.iterator](),
  };
}

function stopping(signals: readonly unknown[]): AbortSignal | undefined {
  const real = signals.filter((signal): signal is AbortSignal => signal instanceof AbortSignal);
  return real.length === 0 ? undefined : AbortSignal.any(real);
}

async function noted<T>(faults: HttpFailure[], answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof HttpFailure) faults.push(error);
    throw error;
  }
}
