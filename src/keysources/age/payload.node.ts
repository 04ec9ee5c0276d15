import { malformed } from './header.node.ts';
import { open, seal } from './primitives.node.ts';

const chunkLength = 64 * 1024;
const sealedLength = chunkLength + 16;

/** The nonce of a chunk: its number in 11 bytes, then 1 for the last. */
function nonce(index: number, last: boolean): Uint8Array {
  const bytes = Buffer.alloc(12);
  bytes.writeUIntBE(index, 5, 6);
  bytes[11] = last ? 1 : 0;
  return bytes;
}

/** Seals chunk by chunk (STREAM), 64 KiB each; an empty plaintext is one empty chunk. */
export function sealPayload(key: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const count = Math.max(1, Math.ceil(plaintext.length / chunkLength));
  const chunks = Array.from({ length: count }, (_, index) =>
    seal(key, nonce(index, index + 1 === count), plaintext.subarray(index * chunkLength, (index + 1) * chunkLength)),
  );
  return Buffer.concat(chunks);
}

/** Opens what {@link sealPayload} sealed; throws where a chunk is missing, added, moved or changed. */
export function openPayload(key: Uint8Array, sealed: Uint8Array): Uint8Array {
  const count = Math.max(1, Math.ceil(sealed.length / sealedLength));
  const chunks = Array.from({ length: count }, (_, index) => {
    const last = index + 1 === count;
    const chunk = open(key, nonce(index, last), sealed.subarray(index * sealedLength, (index + 1) * sealedLength));
    // Only an empty file ends in an empty chunk.
    if (chunk === undefined || (index > 0 && chunk.length === 0)) throw malformed('its payload was tampered with or cut off');
    return chunk;
  });
  return Buffer.concat(chunks);
}
