import { utf8 } from '../crypto/bytes.ts';
import { Mac } from '../crypto/mac.ts';
import { type PathStep, showPath } from '../document/path.ts';
import type { Leaf, Mapping, Node, Sequence } from '../document/tree.ts';
import { SopsError } from '../errors.ts';
import type { Replacements } from './substitute.ts';

/** The bound of the search for what happened: so many bytes are hashed in all, about half a second's worth; each attempt counts for itself as well. */
const mostBytes = 2 ** 28;
const bytesAnAttempt = 1024;

/** Something that may have been moved or added as a whole: a value, an entry, a list item, a document. Its values are `start` to `end` in the MAC. */
interface Piece {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly pieces: readonly Piece[];
}

/** The file as it may have been: ranges of the bytes as they are now, and what to say if the stored MAC was taken over them. */
interface Suspicion {
  readonly order: readonly (readonly [start: number, end: number])[];
  readonly path: string;
  readonly what: string;
}

/**
 * A MAC that does not fit, as an error that says what was reordered or added where that is all that happened: entries, list items and documents are moved within
 * what holds them, swapped and left out, one at a time, until the stored MAC fits or the bound is reached.
 * All encrypted values authenticate on their own, so otherwise something was removed, changed in clear, or more than one thing happened.
 */
export function explainMac(stored: string, onlyEncrypted: boolean, branches: readonly Mapping[], opened: Replacements): SopsError {
  const { bytes, whole } = macBytes(onlyEncrypted, branches, opened);
  let budget = mostBytes;
  for (const suspicion of suspicions(whole)) {
    budget -= bytes.length + bytesAnAttempt;
    if (budget < 0) return unexplained(onlyEncrypted, false);
    if (macOf(suspicion, bytes, onlyEncrypted) === stored) return explained(suspicion);
  }
  return unexplained(onlyEncrypted, true);
}

const explained = ({ path, what }: Suspicion): SopsError =>
  new SopsError('MAC_MISMATCH', `MAC mismatch: ${what}`, {
    path,
    hint: 'put it back as it was, or take the file as it is with `sopsmith fix-mac`',
  });

function unexplained(onlyEncrypted: boolean, searched: boolean): SopsError {
  const inClear = onlyEncrypted ? '' : ', a value that is in clear was changed,';
  const search = searched ? '' : ' (too large to try all that may have been moved)';
  return new SopsError(
    'MAC_MISMATCH',
    `MAC mismatch: a key was removed${inClear} or several were added or moved, after encryption${search}`,
    {
      hint: 'the file alone cannot say which: compare it with an earlier version and restore that, or take it as it is with `sopsmith fix-mac`',
    },
  );
}

function macOf({ order }: Suspicion, bytes: Uint8Array, onlyEncrypted: boolean): string {
  const mac = new Mac(onlyEncrypted);
  for (const [start, end] of order) mac.add(bytes.subarray(start, end));
  return mac.digest();
}

/** What may have happened, the likeliest first. */
function* suspicions(whole: Piece): Generator<Suspicion> {
  for (const { pieces } of collections(whole)) yield* neighbours(pieces, whole.end);
  for (const { pieces } of collections(whole)) yield* additions(pieces, whole.end);
  for (const { pieces } of collections(whole)) yield* moves(pieces, whole.end);
}

function* collections(piece: Piece): Generator<Piece> {
  if (piece.pieces.length === 0) return;
  yield piece;
  for (const inner of piece.pieces) yield* collections(inner);
}

function* neighbours(pieces: readonly Piece[], end: number): Generator<Suspicion> {
  for (const [at, piece] of pieces.entries()) {
    const next = pieces[at + 1];
    if (next) yield swapped(piece, next, end);
  }
}

function* additions(pieces: readonly Piece[], end: number): Generator<Suspicion> {
  for (const { path, start, end: behind } of pieces)
    yield {
      order: [
        [0, start],
        [behind, end],
      ],
      path,
      what: `${path} was added after encryption, or is there once more`,
    };
}

function* moves(pieces: readonly Piece[], end: number): Generator<Suspicion> {
  for (const [from, piece] of pieces.entries()) {
    for (const [to, other] of pieces.entries()) {
      if (to < from - 1) yield swapped(other, piece, end);
      if (Math.abs(to - from) > 1) yield movedTo(piece, to < from ? other.start : other.end, end);
    }
  }
}

function swapped(first: Piece, second: Piece, end: number): Suspicion {
  return {
    order: [
      [0, first.start],
      [second.start, second.end],
      [first.end, second.start],
      [first.start, first.end],
      [second.end, end],
    ],
    path: second.path,
    what: `${first.path} and ${second.path} do not stand in the order they had when the file was encrypted`,
  };
}

function movedTo({ path, start, end: behind }: Piece, place: number, end: number): Suspicion {
  const what = `${path} stands in another place than when the file was encrypted`;
  return place < start
    ? {
        order: [
          [0, place],
          [start, behind],
          [place, start],
          [behind, end],
        ],
        path,
        what,
      }
    : {
        order: [
          [0, start],
          [behind, place],
          [start, behind],
          [place, end],
        ],
        path,
        what,
      };
}

/** All that entered the MAC, in one, and where each piece of the file stands in it. */
function macBytes(
  onlyEncrypted: boolean,
  branches: readonly Mapping[],
  opened: Replacements,
): { readonly bytes: Uint8Array; readonly whole: Piece } {
  const parts: Uint8Array[] = [];
  let length = 0;
  const add = (leaf: Leaf): void => {
    const value = opened.get(leaf);
    if (value?.kind === 'comment' || (!value && onlyEncrypted)) return;
    const entered = value ?? leaf;
    const part = entered.bytes ?? utf8(entered.text);
    parts.push(part);
    length += part.length;
  };
  const pieceOf = (node: Node, path: readonly PathStep[], prefix: string): Piece => {
    const start = length;
    if (node.kind === 'leaf') add(node);
    const inner = node.kind === 'mapping' || node.kind === 'sequence' ? valuesIn(node) : [];
    const pieces = inner.map(([step, value]) => pieceOf(value, [...path, step], prefix)).filter((piece) => piece.end > piece.start);
    return { path: prefix + showPath(path), start, end: length, pieces };
  };
  const pieces = branches.map((branch, at) => pieceOf(branch, [], branches.length > 1 ? `document ${at + 1}: ` : ''));
  return { bytes: joined(parts, length), whole: { path: '', start: 0, end: length, pieces } };
}

function valuesIn(collection: Mapping | Sequence): readonly (readonly [PathStep, Node])[] {
  if (collection.kind === 'mapping') return collection.items.flatMap((item) => (item.kind === 'entry' ? [[item.key, item.value]] : []));
  return collection.items.filter((item) => item.kind !== 'comment').map((item, index) => [index, item]);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
