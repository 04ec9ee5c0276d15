/** Why there is no token or no answer; the message says what to do, and holds no secret. */
export class GcpFailure extends Error {
  override readonly name: string = 'GcpFailure';
  /** Google's canonical status, if the key service gave one: `NOT_FOUND`; `UNTRUSTED` where it could not be told from an impostor, `MALFORMED` where it is none. */
  readonly status: string;

  constructor(message: string, status = '') {
    super(message);
    this.status = status;
  }
}

const longestWords = 300;

/** What a service said, on one line and not too long, without the secrets that it was sent and may send back. */
export function quoted(words: string, secrets: readonly string[]): string {
  const line = words.replaceAll(/\s+/g, ' ').trim();
  const safe = secrets.reduce((text, secret) => (secret === '' ? text : text.replaceAll(secret, '…')), line);
  return safe.length > longestWords ? `${safe.slice(0, longestWords)}…` : safe;
}
