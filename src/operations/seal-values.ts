import { utf8 } from '../crypto/bytes.ts';
import { Mac } from '../crypto/mac.ts';
import { sealPayload } from '../crypto/value.ts';
import type { Nonces } from '../crypto/nonces.ts';
import { additionalData, showPath } from '../document/path.ts';
import { canonicalText } from '../document/scalar.ts';
import type { Comment, Leaf, Mapping } from '../document/tree.ts';
import { walk } from '../document/walk.ts';
import { SopsError } from '../errors.ts';
import type { Selector } from '../metadata/selection.ts';
import type { CiphertextMemory } from './memory.ts';

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
  for (const branch of branches) {
    walk(branch, (item, path, comments) => {
      const selected = sealing.selects(path, comments, item.kind === 'comment');
      const under = additionalData(path);
      if (item.kind === 'leaf') {
        values++;
        if (selected) sealedValues++;
        if (selected || !sealing.macOnlyEncrypted) mac.add(item.bytes ?? item.text);
      }
      const sealed = selected ? sealItem(item, under, sealing, path) : item;
      items.push({ item, additionalData: under, sealed, selected });
      if (sealed !== item) replacements.set(item, sealed);
    });
  }
  return { items, replacements, mac: mac.digest(), values, sealedValues };
}

function sealItem(item: Leaf | Comment, under: string, sealing: Sealing, path: readonly string[]): Leaf | Comment {
  if (item.kind === 'comment') {
    const text = item.unseen === true ? '' : sealText('comment', item.text, under, sealing);
    sealing.selects.checkSealedComment(text, path);
    return { ...item, text };
  }
  if (item.bytes) return { kind: 'leaf', type: 'str', text: sealBytes(item.bytes, under, sealing) };
  if (item.type === 'bytes') throw new SopsError('VALUE_UNSEALABLE', `cannot encrypt raw bytes at ${showPath(path)}`);
  return { ...unspelled(item), type: 'str', text: sealText(item.type, payloadOf(item), under, sealing) };
}

function unspelled(leaf: Leaf): Leaf {
  const { spelling: _, ...rest } = leaf;
  return rest;
}

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
