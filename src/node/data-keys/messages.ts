/*
 * What is said between a process that wants a data key and the one that remembers some, over a socket: one request, one answer. Bytes of fixed places, so that no copy of a key is left
 * in texts that cannot be wiped.
 */

/** Lengths of data keys and of the IDs that they go by, in bytes. */
export const keyLength = 32;
export const idLength = 32;
/** No request names more. */
export const mostIds = 255;

/** What is asked. */
export type KeyRequest =
  | { readonly verb: 'find' | 'refuse'; readonly ids: readonly Uint8Array[] }
  | { readonly verb: 'keep'; readonly ids: readonly Uint8Array[]; readonly key: Uint8Array }
  | { readonly verb: 'count' }
  | { readonly verb: 'stop' };

/** What is answered. */
export type KeyAnswer =
  | { readonly found: 'key'; readonly key: Uint8Array }
  /** The file did not open a moment ago. */
  | { readonly found: 'refusal' }
  | { readonly found: 'nothing' }
  | { readonly found: 'count'; readonly count: number };

const verbs = ['find', 'refuse', 'keep', 'count', 'stop'] as const;
const findings = ['nothing', 'key', 'refusal', 'count'] as const;
const headLength = 2 + keyLength;

/** The bytes of every answer. */
export const answerLength: number = 1 + keyLength;
/** The bytes of the longest request. */
export const longestRequest: number = headLength + mostIds * idLength;

export function writeRequest(request: KeyRequest): Uint8Array {
  const ids = 'ids' in request ? request.ids.slice(0, mostIds) : [];
  const bytes = new Uint8Array(headLength + ids.length * idLength);
  bytes.set([verbs.indexOf(request.verb), ids.length]);
  if (request.verb === 'keep') bytes.set(request.key.subarray(0, keyLength), 2);
  for (const [at, id] of ids.entries()) bytes.set(id.subarray(0, idLength), headLength + at * idLength);
  return bytes;
}

/** Undefined as long as there is less than a whole request. What is no request at all is one that nothing is known of. */
export function readRequest(bytes: Uint8Array): KeyRequest | undefined {
  const count = bytes[1] ?? 0;
  if (bytes.length < headLength + count * idLength) return undefined;
  const verb = verbs[bytes[0] ?? 0] ?? 'find';
  if (verb === 'count' || verb === 'stop') return { verb };
  const ids = Array.from({ length: count }, (_, at) => copy(bytes, headLength + at * idLength, idLength));
  return verb === 'keep' ? { verb, ids, key: copy(bytes, 2, keyLength) } : { verb, ids };
}

export function writeAnswer(answer: KeyAnswer): Uint8Array {
  const bytes = new Uint8Array(answerLength);
  bytes[0] = findings.indexOf(answer.found);
  if (answer.found === 'key') bytes.set(answer.key, 1);
  if (answer.found === 'count') new DataView(bytes.buffer).setUint32(1, answer.count);
  return bytes;
}

/** Undefined for what is no answer. */
export function readAnswer(bytes: Uint8Array): KeyAnswer | undefined {
  const found = findings[bytes[0] ?? -1];
  if (bytes.length < answerLength || found === undefined) return undefined;
  if (found === 'key') return { found, key: copy(bytes, 1, keyLength) };
  return found === 'count' ? { found, count: new DataView(bytes.buffer, bytes.byteOffset).getUint32(1) } : { found };
}

/** A copy even of a `Buffer`, whose `slice` is none. */
const copy = (bytes: Uint8Array, start: number, length: number): Uint8Array => Uint8Array.from(bytes.subarray(start, start + length));
