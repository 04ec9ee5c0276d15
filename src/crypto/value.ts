import { aead } from '#aead';
import { utf8 } from './bytes.ts';
import { type Envelope, parseEnvelope, printEnvelope } from './envelope.ts';

/** Length of the nonces we make, in bytes (sops `aes/cipher.go`, nonceSize). */
export const nonceLength = 32;

/** What `ENC[…]` says it holds. */
export interface Payload {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Seals one payload. @param nonce {@link nonceLength} fresh random bytes; @param additionalData the path, as `a:b:` */
export function sealPayload(dataKey: Uint8Array, nonce: Uint8Array, payload: Payload, additionalData: string): string {
  const { data, tag } = aead.seal(dataKey, nonce, payload.bytes, utf8(additionalData));
  return printEnvelope({ data, nonce, tag, type: payload.type });
}

/** What became of an attempt to open a text. */
export type Opening = { readonly payload: Payload } | { readonly failure: 'not sealed' | 'not authentic' };

/** Opens one `ENC[…]` text; says whether it was no ciphertext at all, or one that the data key and path do not fit. */
export function openPayload(dataKey: Uint8Array, text: string, additionalData: string): Opening {
  const envelope: Envelope | undefined = parseEnvelope(text);
  if (!envelope) return { failure: 'not sealed' };
  const bytes = aead.open(dataKey, envelope.nonce, envelope, utf8(additionalData));
  return bytes ? { payload: { type: envelope.type, bytes } } : { failure: 'not authentic' };
}
