import { additionalData } from '../../src/document/path.ts';
import { splice } from '../../src/document/splice.ts';
import type { Edit } from '../../src/document/splice.ts';
import type { Comment, Document, Leaf, Mapping } from '../../src/document/tree.ts';
import { walk } from '../../src/document/walk.ts';
import type { Format } from '../../src/formats/format.ts';

/** A leaf or comment and what authenticates it. */
interface Placed {
  readonly aad: string;
  readonly item: Leaf | Comment;
}

/** What real sops sees of a leaf or comment, with the names the oracle gives. */
export interface Shown {
  readonly aad: string;
  readonly type: string;
  readonly text: string;
}

/** Every leaf and comment of a document in walking order, those of the metadata left out. */
export function placed({ branches }: Document): readonly Placed[] {
  const found: Placed[] = [];
  for (const { items } of branches) {
    const own = items.filter((item) => item.kind !== 'entry' || !isMetadataKey(item.key));
    walk({ kind: 'mapping', items: own }, (item, path) => found.push({ aad: additionalData(path), item }));
  }
  return found;
}

/** What real sops would see of a document. */
export const shown = (document: Document): readonly Shown[] =>
  placed(document)
    .filter(({ item }) => isSeen(item))
    .map(({ aad, item }) => ({ aad, type: item.kind === 'leaf' ? item.type : 'comment', text: item.text }));

/** The document with something that looks like ciphertext in the place of each value and comment, and the texts that it stands for. */
export function sealAll(format: Format, source: string): { readonly sealed: string; readonly texts: readonly string[] } {
  const document = format.parse(source);
  const edits: Edit[] = [];
  const texts: string[] = [];
  for (const { item } of placed(document)) {
    if (item.text === '' && isSeen(item)) continue;
    const text = isSeen(item) ? ciphertext(texts.push(item.text) - 1, item.kind === 'leaf' ? item.type : 'comment') : '';
    edits.push(format.seal(document, item, { ...item, text }));
  }
  return { sealed: splice(source, edits), texts };
}

/** The reverse: the metadata goes, and the texts come back. */
export function openAll(format: Format, encrypted: string, texts: readonly string[]): string {
  const document = format.parse(encrypted);
  const edits = placed(document).flatMap(({ item }) => {
    const number = /^ENC\[AES256_GCM,data:x(\d+)\+/.exec(item.text)?.[1];
    return number === undefined ? [] : [format.open(document, item, { ...item, text: texts[Number(number)] ?? '' })];
  });
  return splice(encrypted, [...edits, ...format.detach(document)]);
}

/** What {@link sealAll} puts in the place of the text with that number. */
export const ciphertext = (number: number, type: string): string =>
  `ENC[AES256_GCM,data:x${number}+/A==,iv:VclZCFf6UyfIK5oMEg9ypgaEQ6z+fvgo8cMgC/St0zM=,tag:ADWbkpf7NSmo5oBaCiYs2w==,type:${type}]`;

/** Metadata as the core hands it over. */
export const record = (prefix: string, more: Readonly<Record<string, string>> = {}): Mapping => ({
  kind: 'mapping',
  items: Object.entries({
    age__list_0__map_enc: '-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5+/=\n-----END AGE ENCRYPTED FILE-----\n',
    age__list_0__map_recipient: 'age1h3rysvxd7vd5zk6detaxdasmu0mh8zt6ulj9ctsqsyk9sk7z093srh9z4u',
    lastmodified: '2024-01-02T03:04:05Z',
    mac: ciphertext(0, 'str').replace('data:x', 'data:'),
    unencrypted_suffix: '_unencrypted',
    version: '3.13.3',
    ...more,
  }).map(([key, text]) => ({ kind: 'entry', key: prefix + key, value: { kind: 'leaf', type: 'str', text } })),
});

const isSeen = (item: Leaf | Comment): boolean => item.kind === 'leaf' || item.unseen !== true;

const isMetadataKey = (key: string): boolean => key === 'sops' || key.startsWith('sops_');
