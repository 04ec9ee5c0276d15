import type { Context } from '../../ports.ts';
import { HttpFailure } from '../http-failure.ts';
import { type HttpRequest, send } from '../http.node.ts';

/** A request as the SDK puts it together and signs it. */
interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
/** An answer as the SDK takes it. */
interface SdkAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}
/** How a client of the SDK sends its requests. */
export interface Transport {
  readonly metadata: { readonly handlerProtocol: string };
  readonly handle: (request: SdkRequest, options?: { readonly abortSignal?: unknown }) => Promise<{ readonly response: SdkAnswer }>;
  readonly updateHttpClientConfig: () => void;
  readonly httpHandlerConfigs: () => Record<string, never>;
}

/**
 * Sends what the SDK asks for, as all services are asked: through the proxy of the environment, under time limits, with the authorities that Go trusts.
 * @param authorities the only ones to trust, as PEM, in place of those
 */
export function transport(context: Context, authorities: readonly string[] | undefined): Transport {
  const tls = authorities === undefined ? {} : { tls: { ca: authorities } };
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request, { abortSignal } = {}) => {
      // The SDK tries again by itself: it alone knows which of AWS's answers ask for that.
      const wanted: HttpRequest = { ...requestFor(request), ...tls, retries: 0 };
      return { response: await answer(wanted, context, abortSignal instanceof AbortSignal ? abortSignal : undefined) };
    },
    // A client may be told settings later; these are not for telling.
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

async function answer(request: HttpRequest, context: Context, signal: AbortSignal | undefined): Promise<SdkAnswer> {
  try {
    const { status, headers, body } = await send(request, context, signal);
    return { statusCode: status, headers: { ...headers }, body };
  } catch (error) {
    throw error instanceof HttpFailure && error.reason === 'unreachable' ? Object.assign(error, { $retryable: {} }) : error;
  }
}

function requestFor({ method, protocol, hostname, port, path, query, headers, body }: SdkRequest): HttpRequest {
  if (method !== 'GET' && method !== 'POST' && method !== 'PUT')
    throw new HttpFailure('malformed', `requests of kind ${method} are not sent`);
  const { host: _host, ...rest } = headers;
  const url = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}${search(query)}`;
  const content: { body?: string | Uint8Array } = typeof body === 'string' || body instanceof Uint8Array ? { body } : {};
  return { method, url, headers: rest, ...content };
}

/** As the SDK signs it: RFC 3986 escapes. */
function search(query: SdkRequest['query']): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value ?? []].flat().map((each) => `${escaped(name)}=${escaped(each)}`));
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
