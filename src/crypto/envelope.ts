import { AsciiWriter, base64Length } from './ascii-writer.ts';
import { fromBase64 } from './bytes.ts';

/** `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`, taken apart. */
export interface Envelope {
  readonly data: Uint8Array;
  readonly nonce: Uint8Array;
  readonly tag: Uint8Array;
  readonly type: string;
}

/** All sops ever wrote is 32 bytes; every backend of AES-GCM takes these, in bytes. */
const shortestNonce = 8;
const longestNonce = 128;
const tagLength = 16;

const head = 'ENC[AES256_GCM,data:';

/** Whether a text starts as ciphertext does; it may still be broken. */
export const looksSealed = (text: string): boolean => text.startsWith('ENC[AES256_GCM,');

const mark = new TextEncoder().encode('ENC[AES256_GCM,');

/** Whether there is ciphertext anywhere in a file, as there is in every encrypted one. */
export function holdsCiphertext(content: Uint8Array): boolean {
  const [first = 0] = mark;
  for (let at = content.indexOf(first); at >= 0; at = content.indexOf(first, at + 1))
    if (mark.every((byte, offset) => content[at + offset] === byte)) return true;
  return false;
}

/** Writes an envelope (sops `aes/cipher.go`, Encrypt). */
export function printEnvelope({ data, nonce, tag, type }: Envelope): string {
  const writer = new AsciiWriter(head.length + base64Length(data) + base64Length(nonce) + base64Length(tag) + type.length + 17);
  writer.text(head).base64(data).text(',iv:').base64(nonce).text(',tag:').base64(tag).text(',type:').text(type).text(']');
  return writer.done();
}

/**
 * Reads an envelope (sops `aes/cipher.go`, parse); undefined for anything else.
 * Stricter than sops: base64 has one spelling, there is data (an empty value stays clear), and nothing but line breaks may stand behind the bracket (a block scalar has one there).
 */
export function parseEnvelope(text: string): Envelope | undefined {
  if (!text.startsWith(head)) return undefined;
  const end = endOfEnvelope(text);
  const iv = text.indexOf(',iv:', head.length);
  const tag = text.indexOf(',tag:', iv);
  const type = text.indexOf(',type:', tag);
  if (iv < 0 || tag < 0 || type < 0 || end < type) return undefined;
  const data = bytesOf(text.slice(head.length, iv), 1, Infinity);
  const nonce = bytesOf(text.slice(iv + 4, tag), shortestNonce, longestNonce);
  const authentication = bytesOf(text.slice(tag + 5, type), tagLength, tagLength);
  return data && nonce && authentication && { data, nonce, tag: authentication, type: text.slice(type + 6, end) };
}

/** What base64 holds, if it is that many bytes long. */
function bytesOf(base64: string, shortest: number, longest: number): Uint8Array | undefined {
  const bytes = fromBase64(base64);
  return bytes && bytes.length >= shortest && bytes.length <= longest ? bytes : undefined;
}

function endOfEnvelope(text: string): number {
  let end = text.length - 1;
  while (text.charAt(end) === '\n') end--;
  return text.charAt(end) === ']' ? end : -1;
}
