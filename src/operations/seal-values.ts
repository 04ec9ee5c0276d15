import { utf8 } from '../crypto/bytes.ts';
import { Mac } from '../crypto/mac.ts';
import { sealPayload } from '../crypto/value.ts';
import type { Nonces } from '../crypto/nonces.ts';
import { additionalData, showPath } from '../document/path.ts';
import { canonicalText } from '../document/scalar.ts';
import type { Comment, Leaf, Mapping, Sequence } from '../document/tree.ts';
import { walk } from '../document/walk.ts';
import { SopsError } from '../errors.ts';
import type { Selector } from '../metadata/selection.ts';
import type { CiphertextMemory, Wanted } from './memory.ts';

/** What sealing works with. */
export interface Sealing {
  readonly dataKey: Uint8Array;
  readonly selects: Selector;
  readonly macOnlyEncrypted: boolean;
  readonly memory: CiphertextMemory;
  readonly nonces: Nonces;
}

/** One item of a file as it must stand there after sealing, in walking order. */
export interface SealedItem {
  readonly item: Leaf | Comment;
  readonly additionalData: string;
  readonly sealed: Leaf | Comment;
  readonly selected: boolean;
}

/** All values of a file, sealed. */
export interface SealedValues {
  readonly items: readonly SealedItem[];
  /** Only those that changed. */
  readonly replacements: Map<Leaf | Comment, Leaf | Comment>;
  /** Of the values in clear: 128 hexadecimal digits. */
  readonly mac: string;
  readonly values: number;
  readonly sealedValues: number;
}

/** Seals every selected value and comment of the branches and takes the MAC (`sops.go`, Encrypt). Throws `VALUE_UNSEALABLE`. */
export function sealValues(branches: readonly Mapping[], sealing: Sealing): SealedValues {
  const items: SealedItem[] = [];
  const replacements = new Map<Leaf | Comment, Leaf | Comment>();
  const mac = new Mac(sealing.macOnlyEncrypted);
  let values = 0;
  let sealedValues = 0;
  sealing.memory.align(() => wantedOf(branches, sealing.selects));
  for (const branch of branches) {
    walk(branch, (item, path, comments, parent) => {
      const selected = sealing.selects(path, comments, item.kind === 'comment');
      const under = additionalData(path);
      if (item.kind === 'leaf') {
        values++;
        if (selected) sealedValues++;
        if (selected || !sealing.macOnlyEncrypted) mac.add(item.bytes ?? item.text);
      }
      const sealed = selected ? sealItem(item, { path, under, parent }, sealing) : item;
      items.push({ item, additionalData: under, sealed, selected });
      if (sealed !== item) replacements.set(item, sealed);
    });
  }
  return { items, replacements, mac: mac.digest(), values, sealedValues };
}

/** All that will be recalled of the memory, in that order. */
function wantedOf(branches: readonly Mapping[], selects: Selector): readonly Wanted[] {
  const wanted: Wanted[] = [];
  for (const branch of branches) {
    walk(branch, (item, path, comments, parent) => {
      if (!selects(path, comments, item.kind === 'comment')) return;
      const under = additionalData(path);
      if (item.kind === 'leaf') wanted.push({ under, type: item.type, text: payloadOf(item) });
      else if (isSealable(item, parent)) wanted.push({ under, type: 'comment', text: commentPayload(item) });
    });
  }
  return wanted;
}

interface Place {
  readonly path: readonly string[];
  readonly under: string;
  readonly parent: Mapping | Sequence;
}

function sealItem(item: Leaf | Comment, { path, under, parent }: Place, sealing: Sealing): Leaf | Comment {
  if (item.kind === 'comment') {
    const text = isSealable(item, parent) ? sealText('comment', commentPayload(item), under, sealing) : '';
    sealing.selects.checkSealedComment(text, path);
    return text === item.text ? item : { ...item, text };
  }
  if (item.bytes) return { kind: 'leaf', type: 'str', text: sealBytes(item.bytes, under, sealing) };
  if (item.type === 'str' && item.text === '') return item;
  if (item.type === 'bytes') throw new SopsError('VALUE_UNSEALABLE', `cannot encrypt raw bytes at ${showPath(path)}`);
  return sealedLeaf(item, sealText(item.type, payloadOf(item), under, sealing));
}

/** What real sops does not see leaves no trace where it is no comment in the text. An empty comment stays one, but not in a list, where real sops would make an empty string of it. */
function isSealable({ text, unseen, marked }: Comment, parent: Mapping | Sequence): boolean {
  if (unseen === true) return marked === true && text !== '';
  return text !== '' || parent.kind === 'sequence';
}

/** What is sealed of a comment: nothing can be sealed but something. */
export const commentPayload = ({ text }: Comment): string => (text === '' ? ' ' : text);

const sealedLeaf = ({ slot }: Leaf, text: string): Leaf =>
  slot ? { kind: 'leaf', type: 'str', text, slot } : { kind: 'leaf', type: 'str', text };

/** The source's spelling travels inside the ciphertext wherever real sops reads it as the same value. `true` is left to be `True`, as every writer has it. */
export function payloadOf({ type, text, spelling }: Leaf): string {
  if (spelling === undefined || (type === 'bool' && spelling === text.toLowerCase())) return text;
  return canonicalText(type, spelling) === text ? spelling : text;
}

/** Seals a text; an empty one stays empty, as in sops. */
export function sealText(
  type: string,
  text: string,
  under: string,
  { dataKey, memory, nonces }: Omit<Sealing, 'selects' | 'macOnlyEncrypted'>,
): string {
  if (text === '') return '';
  return memory.recall(under, type, text) ?? sealPayload(dataKey, nonces.next(), { type, bytes: utf8(text) }, under);
}

function sealBytes(bytes: Uint8Array, under: string, { dataKey, memory, nonces }: Sealing): string {
  if (bytes.length === 0) return '';
  const text = new TextDecoder('latin1').decode(bytes);
  return memory.recall(under, 'str', text) ?? sealPayload(dataKey, nonces.next(), { type: 'str', bytes }, under);
}
