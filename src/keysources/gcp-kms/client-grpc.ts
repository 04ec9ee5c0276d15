import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkServerIdentity, rootCertificates } from 'node:tls';
import {
  type ChannelOptions,
  Client,
  credentials,
  logVerbosity,
  Metadata,
  type ServiceError,
  setLogVerbosity,
  status as codes,
} from '@grpc/grpc-js';
import type { Context } from '../../ports.ts';
import { rememberingOnce } from '../../services/once.ts';
import { bareHost, portOf, proxyFromEnvironment } from '../../services/proxy.node.ts';
import { extraRoots } from '../../services/roots.node.ts';
import { type Answer, type Call, metadataOf } from './call.ts';
import { decodeAnswer, encodeRequest } from './client-messages.ts';
import { GcpFailure } from '../../services/gcp/failure.ts';
import { serviceMessage } from '../../services/service-message.ts';

const tries = 3;
const firstPause = 250;
/** Milliseconds for all tries together. */
const longest = 20_000;

/** Asks Cloud KMS over gRPC at a host and port; what may pass is tried again. Throws {@link GcpFailure} with the status that it gave. */
export async function askGrpc(call: Call, target: string, context: Context, signal?: AbortSignal): Promise<Answer> {
  const client = await connections(context, target, async () => connect(target, context));
  const limits = { deadline: Date.now() + longest, stop: AbortSignal.any([signal, context.signal].flatMap((given) => given ?? [])) };
  for (let left = tries; ; left -= 1) {
    const outcome = await attempt(client, call, target, limits);
    if (!(outcome instanceof GcpFailure)) return outcome;
    const pause = firstPause * 2 ** (tries - left) * (1 + Math.random());
    if (left <= 1 || !isTransient(outcome) || Date.now() + pause > limits.deadline) throw outcome;
    await sleep(pause, undefined, { signal: limits.stop }).catch(() => undefined);
  }
}

const isTransient = ({ status }: GcpFailure): boolean => ['UNAVAILABLE', 'RESOURCE_EXHAUSTED', 'INTERNAL'].includes(status);

interface Limits {
  readonly deadline: number;
  readonly stop: AbortSignal;
}

async function attempt(client: Client, call: Call, target: string, { deadline, stop }: Limits): Promise<Answer | GcpFailure> {
  const method = `/google.cloud.kms.v1.KeyManagementService/${call.action === 'encrypt' ? 'Encrypt' : 'Decrypt'}`;
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(metadataOf(call))) metadata.set(name, value);
  return new Promise((resolve) => {
    if (stop.aborted) {
      resolve(new GcpFailure('the request was given up'));
      return;
    }
    const cancel = (): void => sent.cancel();
    const sent = client.makeUnaryRequest(
      method,
      encodeRequest,
      (message) => message,
      call,
      metadata,
      { deadline },
      (error: ServiceError | null, message?: Buffer) => {
        stop.removeEventListener('abort', cancel);
        resolve(error === null ? read(call, message) : failureOf(error, call, target, stop));
      },
    );
    stop.addEventListener('abort', cancel, { once: true });
  });
}

function read({ action }: Call, message: Uint8Array = new Uint8Array(0)): Answer | GcpFailure {
  try {
    return decodeAnswer(action, message);
  } catch {
    return new GcpFailure('the answer is not a message of Cloud KMS', 'MALFORMED');
  }
}

function failureOf({ code, details }: ServiceError, call: Call, target: string, stop: AbortSignal): GcpFailure {
  if (stop.aborted) return new GcpFailure('the request was given up');
  if (code === codes.DEADLINE_EXCEEDED) return new GcpFailure(`no answer from ${target} within ${longest / 1000} s`, 'DEADLINE_EXCEEDED');
  const [, fault = details] = /^No connection established\. Last error: (?:Error: )?(.*?)\.? Resolution note:/s.exec(details) ?? [];
  const said = serviceMessage(fault, [call.authorization.token, Buffer.from(call.input).toString('base64')]);
  const [words, status = codes[code]] = connectionFault(said, target) ?? [said];
  return new GcpFailure(words, status);
}

/** What the library says of connections, in the words of our HTTP. */
function connectionFault(said: string, target: string): readonly [string, string] | undefined {
  // The library has no words for a proxy that refuses.
  if (said === 'undefined') return [`the proxy does not let us through to ${target}`, 'UNAVAILABLE'];
  if (/ECONNREFUSED/.test(said)) return [`nobody listens at ${target}`, 'UNAVAILABLE'];
  if (/Name resolution failed|ENOTFOUND/.test(said)) return [`there is no such host: ${target}`, 'UNAVAILABLE'];
  if (/RST_STREAM|ECONNRESET|socket hang up|socket closed/i.test(said)) return [`the connection was closed by ${target}`, 'UNAVAILABLE'];
  if (/WRONG_VERSION_NUMBER|wrong version number|packet length too long/i.test(said)) return [`${target} does not speak TLS`, 'MALFORMED'];
  if (/certificate|altname/i.test(said)) return [`the certificate of ${target} is not trusted: ${said}`, 'UNTRUSTED'];
  return undefined;
}

/** A connection is kept for a run. It does not keep the process from ending. */
const connections = rememberingOnce<Client>();

async function connect(target: string, context: Context): Promise<Client> {
  const roots = Buffer.from([...rootCertificates, ...(await extraRoots(context))].join('\n'));
  const server = new URL(`https://${target}`);
  const host = bareHost(server);
  const base: ChannelOptions = { 'grpc.enable_http_proxy': 0, 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.default_authority': target };
  // TLS takes no address for a server's name, so another one is named, and the address checked by us.
  const named = isIP(host) === 0 ? {} : { 'grpc.ssl_target_name_override': 'localhost' };
  const identity =
    isIP(host) === 0
      ? {}
      : {
          checkServerIdentity: (_: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
            checkServerIdentity(host, certificate),
        };
  // Its own words on standard error are for those who ask for them.
  if (!context.env['GRPC_VERBOSITY']) setLogVerbosity(logVerbosity.NONE);
  const secure = credentials.createSsl(roots, null, null, identity);
  const proxy = proxyFromEnvironment(server, context.env);
  if (proxy === undefined) return new Client(target, secure, { ...base, ...named });
  const user =
    proxy.username === ''
      ? {}
      : { 'grpc.http_connect_creds': `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}` };
  return new Client(`dns:${bareHost(proxy)}:${portOf(proxy)}`, secure, {
    ...base,
    ...named,
    ...user,
    'grpc.http_connect_target': `dns:${target}`,
  });
}
