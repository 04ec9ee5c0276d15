/**
 * Why a request has no answer. `unreachable`: refused, reset, not resolved, broken off; tried again before it is told. `untrusted`: the certificate.
 * `malformed`: an address that is none, or an answer that cannot be read. `stopped`: by a signal. `proxy`: it does not let us through.
 */
export type HttpFailureReason = 'unreachable' | 'timeout' | 'untrusted' | 'malformed' | 'stopped' | 'proxy';

/** A request without an answer. The message names the host and the fault, never a header, a body or a query. */
export class HttpFailure extends Error {
  override readonly name: string = 'HttpFailure';
  readonly reason: HttpFailureReason;
  /** The code that the operating system or the TLS library gave it: `ECONNREFUSED`. */
  readonly fault: string;

  constructor(reason: HttpFailureReason, message: string, fault = '') {
    super(message);
    this.reason = reason;
    this.fault = fault;
  }
}

/** No authority that we know vouches for the certificate; one that we do not know might. */
const unknownAuthority =
  /^(UNABLE_TO_(GET_ISSUER_CERT(_LOCALLY)?|VERIFY_LEAF_SIGNATURE)|(DEPTH_ZERO_)?SELF_SIGNED_CERT(_IN_CHAIN)?|CERT_UNTRUSTED)$/;

/** Whether other roots might vouch for the server. */
export const isUntrusted = ({ fault }: HttpFailure): boolean => unknownAuthority.test(fault);

const said: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens at',
  ConnectionRefused: 'nobody listens at',
  ECONNRESET: 'the connection was closed by',
  ConnectionClosed: 'the connection was closed by',
  EPIPE: 'the connection was closed by',
  ENOTFOUND: 'there is no such host:',
  EAI_AGAIN: 'the name cannot be resolved now:',
  EHOSTUNREACH: 'there is no way to',
  ENETUNREACH: 'there is no way to',
  ETIMEDOUT: 'no connection in time to',
};

/** What an error of `node:http`, `node:https` or `node:tls` means for whoever asked a host. */
export function failureOf(error: unknown, host: string): HttpFailure {
  if (error instanceof HttpFailure) return error;
  if (!(error instanceof Error)) return new HttpFailure('unreachable', `no answer from ${host}`);
  // Node gathers the refusals of a name's addresses in an error that has a code but no message.
  const fault = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const words = said[fault];
  if (words !== undefined) return new HttpFailure('unreachable', `${words} ${host}`, fault);
  const message = error.message.replaceAll(/\s+/g, ' ') || fault;
  return protocolFailure(fault, message, host) ?? new HttpFailure('unreachable', `no answer from ${host}: ${message}`, fault);
}

function protocolFailure(fault: string, message: string, host: string): HttpFailure | undefined {
  if (isCertificate(fault)) return new HttpFailure('untrusted', `the certificate of ${host} is not trusted: ${message}`, fault);
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(fault) || /wrong version number/.test(message))
    return new HttpFailure('malformed', `${host} does not speak TLS`, fault);
  if (fault.startsWith('HPE_')) return new HttpFailure('malformed', `${host} does not speak HTTP`, fault);
  if (fault === 'EPROTO' || /^ERR_(SSL|OSSL|TLS)_/.test(fault))
    return new HttpFailure('untrusted', `no safe connection to ${host}: ${alertIn(message)}`, fault);
  return undefined;
}

/** What OpenSSL says behind the colons of its message, `tlsv13 alert certificate required`; BoringSSL shouts it. */
const alertIn = (message: string): string =>
  (/error:[0-9A-Fa-f]+:[^:]*:[^:]*:([^:]+)/.exec(message)?.[1] ?? message).toLowerCase().replaceAll('_', ' ');

const isCertificate = (fault: string): boolean =>
  unknownAuthority.test(fault) || /^CERT_|^(HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_INVALID|CRL_HAS_EXPIRED)$/.test(fault);
