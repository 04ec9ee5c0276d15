import type { Client, ServiceError } from '@grpc/grpc-js';
import { SopsError } from '../errors.ts';
import { type KeyServiceAddress, showAddress } from '../keyservice/address.ts';
import type { KeyService } from '../keyservice/keyservice.ts';
import { type Remote, remoteKeyService } from '../keyservice/remote.ts';
import { readTimeLimit, type TimeLimit, timeLimitVariable } from '../keyservice/time-limit.ts';

/** What a key service is asked with. */
export interface KeyServiceOptions {
  readonly sources: Remote['sources'];
  /** `SOPSMITH_KEY_TIMEOUT` there is the time to answer. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds to be reached in. */
  readonly connecting?: number;
}

/** How long a key service may take to be reached, in milliseconds: one that is not there must not hold up the others. */
const timeToConnect = 10_000;
/** How long it may take to answer where nothing else is said: somebody may have to be asked there. */
const timeToAnswer: TimeLimit = { milliseconds: 120_000, text: '120 s' };

/** The key service at an address, over gRPC without encryption, as sops has it. Nothing is loaded or connected before it is asked. Throws `USAGE` for a time limit spelled wrong. */
export function keyServiceAt(address: KeyServiceAddress, { sources, env, connecting = timeToConnect }: KeyServiceOptions): KeyService {
  const answering = env[timeLimitVariable] ? readTimeLimit(env) : timeToAnswer;
  let client: Promise<Client> | undefined;
  // Who was not there is not waited for again, master key by master key.
  let absent: SopsError | undefined;
  return remoteKeyService({
    name: showAddress(address),
    sources,
    transport: async (procedure, request, signal) => {
      if (absent !== undefined) throw absent;
      client ??= connectTo(address);
      const onAbsent = (error: SopsError): void => {
        absent = error;
      };
      return call(await client, { procedure, request, signal, connecting, answering, onAbsent });
    },
  });
}

/** The channel connects on its first call, and does not keep the process from ending. */
async function connectTo(address: KeyServiceAddress): Promise<Client> {
  const { Client, credentials, logVerbosity, setLogVerbosity } = await import('@grpc/grpc-js');
  setLogVerbosity(logVerbosity.NONE);
  return new Client(targetOf(address), credentials.createInsecure(), {
    // Neither a proxy for web pages nor settings from DNS: sops uses none.
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_retries': 0,
  });
}

function targetOf(address: KeyServiceAddress): string {
  if (address.network === 'unix') return `unix:${address.path}`;
  const { host, port } = address;
  return host.includes(':') ? `ipv6:[${host}]:${port}` : `dns:${host}:${port}`;
}

interface Call {
  readonly procedure: string;
  readonly request: Uint8Array;
  readonly signal: AbortSignal | undefined;
  readonly connecting: number;
  readonly answering: TimeLimit;
  readonly onAbsent: (error: SopsError) => void;
}

async function call(client: Client, { procedure, request, signal, ...limits }: Call): Promise<Uint8Array> {
  const { connectivityState } = await import('@grpc/grpc-js');
  const isConnected = (): boolean => client.getChannel().getConnectivityState(false) === connectivityState.READY;
  return new Promise((resolve, reject) => {
    let gaveUp: SopsError | undefined;
    const giveUp = (error: SopsError): void => {
      gaveUp = error;
      asked.cancel();
    };
    const stopWaiting = waiting({ ...limits, signal, isConnected, giveUp });
    const asked = client.makeUnaryRequest(
      procedure,
      asBuffer,
      (bytes) => bytes,
      request,
      (error, answer) => {
        stopWaiting();
        if (answer === undefined) reject(gaveUp ?? failureOf(error));
        else resolve(answer);
      },
    );
    if (signal?.aborted === true) giveUp(unwanted());
  });
}

interface Waiting extends Omit<Call, 'procedure' | 'request'> {
  readonly isConnected: () => boolean;
  readonly giveUp: (error: SopsError) => void;
}

/** Gives up when a time is over, or the answer is no longer wanted; answers how to stop that. */
function waiting({ connecting, answering, onAbsent, signal, isConnected, giveUp }: Waiting): () => void {
  const whileConnecting = setTimeout(() => {
    if (isConnected()) return;
    const error = new SopsError('UNSUPPORTED', `no connection within ${connecting / 1000} s`);
    onAbsent(error);
    giveUp(error);
  }, connecting);
  const expire = (): void => {
    giveUp(new SopsError('UNSUPPORTED', `no answer within ${answering.text}`));
  };
  const whileAnswering = Number.isFinite(answering.milliseconds) ? setTimeout(expire, answering.milliseconds) : undefined;
  const onAbort = (): void => {
    giveUp(unwanted());
  };
  signal?.addEventListener('abort', onAbort);
  return () => {
    clearTimeout(whileConnecting);
    clearTimeout(whileAnswering);
    signal?.removeEventListener('abort', onAbort);
  };
}

const unwanted = (): SopsError => new SopsError('CANCELLED', 'the answer is no longer wanted');

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** What an error of the transport means to the user. Its text comes from elsewhere: it is cut short and must not steer the terminal. */
function failureOf(error: ServiceError | null): SopsError {
  // Real sops has errors without a word, as where gpg is missing.
  const details = (error?.details || 'it does not say why').replaceAll(/\p{C}+/gu, ' ').slice(0, longestDetails);
  return new SopsError('UNSUPPORTED', explained(error?.code, details));
}

const longestDetails = 1000;
const unavailable = 14;
const unimplemented = 12;

function explained(code: number | undefined, details: string): string {
  if (code === unimplemented) return `what listens there is no key service of sops: ${details}`;
  if (code !== unavailable) return details;
  if (details.includes('Protocol error')) return 'what listens there does not speak gRPC';
  const [name = ''] = /\bE[A-Z]{4,}\b/.exec(details) ?? [];
  return meanings.get(name) ?? `cannot be reached: ${details}`;
}

const meanings: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused: nothing listens there'],
  ['ENOENT', 'there is no such socket: is the key service running?'],
  ['EACCES', 'no permission to use the socket'],
  ['ENOTSOCK', 'that is no socket'],
  ['ENOTFOUND', 'there is no host of that name'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['ECONNRESET', 'the connection was broken off'],
]);
