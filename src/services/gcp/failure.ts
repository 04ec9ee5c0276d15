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
