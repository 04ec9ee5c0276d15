import type { SecretSettings } from '../config/config.ts';
import { fromUtf8 } from '../crypto/bytes.ts';
import type { Content, Mark, Place, Secret, SecretsDestination } from '../destinations/destination.ts';
import type { Entry, Leaf, Mapping, Node } from '../document/tree.ts';
import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';

/** Where the secrets of a file go, and how they are made. */
export interface SecretsTarget {
  readonly destination: SecretsDestination;
  readonly place: Place;
  /** What the file is called there, behind the prefix. */
  readonly name: string;
  /** Path of the file, relative to the folder of the config file. */
  readonly origin: string;
  readonly settings: SecretSettings;
  /** Whether who published them is to be kept beside them. */
  readonly marked: boolean;
}

/** Under which name a file, or a key of it, is published. */
export interface SecretName {
  readonly name: string;
  /** Undefined for the whole file. */
  readonly key: string | undefined;
}
export interface MadeSecret extends SecretName {
  readonly secret: Secret;
}

/** What the destination keeps beside the secrets of a file. */
export const markOf = ({ destination, place, origin, settings }: Omit<SecretsTarget, 'name' | 'marked'>): Mark => ({
  rule: `${settings.owner || 'sopsmith'} ${destination.prefixOf(place)}`,
  file: origin,
});

/** The names of all secrets of a file, for which no key is needed: keys and nulls are in clear. A null makes no secret of its own, and a binary file is one whole. */
export function secretNames(entries: readonly Entry[], format: Format, target: SecretsTarget): readonly SecretName[] {
  const { destination, place, name, settings } = target;
  if (!isPerKey(format, settings)) return [{ name: destination.nameOf(place, name), key: undefined }];
  return entries.flatMap(({ key, value }) => (value.kind === 'null' ? [] : [{ name: destination.nameOf(place, name, key), key }]));
}

const isPerKey = (format: Format, { perKey }: SecretSettings): boolean => perKey && format.raw === undefined;

/** Makes the secrets of a decrypted file. Throws `UNSUPPORTED` for what the destination does not take, `UNPRINTABLE_DOCUMENT` for bytes that are no text where it takes texts alone. */
export function secretsOf(
  entries: readonly Entry[],
  { format, json }: { readonly format: Format; readonly json: Format },
  target: SecretsTarget,
): readonly MadeSecret[] {
  const { destination, place, settings, marked } = target;
  const { tags, description } = settings;
  const values = new Map(entries.map(({ key, value }) => [key, value]));
  return secretNames(entries, format, target).map(({ name, key }) => {
    const content = key === undefined ? wholeFile(entries, { format, json }, destination) : oneValue(values.get(key), json, destination);
    const secret: Secret = { name, content, tags, description, mark: marked ? markOf(target) : undefined };
    destination.check(place, secret);
    return { name, key, secret };
  });
}

function wholeFile(
  entries: readonly Entry[],
  { format, json }: { readonly format: Format; readonly json: Format },
  { secretIs }: SecretsDestination,
): Content {
  const value = entries[0]?.value;
  if (format.raw === undefined || value?.kind !== 'leaf' || typeof secretIs === 'object')
    return { kind: 'map', json: json.printValue({ kind: 'mapping', items: entries.map(withText) }, {}) };
  return binary(value, secretIs);
}

/** The content of a binary file, as text where it is some. */
function binary({ bytes, text }: Leaf, secretIs: 'text' | 'bytes'): Content {
  const content = bytes === undefined ? text : fromUtf8(bytes);
  if (content !== undefined) return { kind: 'text', text: content };
  if (secretIs === 'bytes' && bytes !== undefined) return { kind: 'bytes', bytes };
  throw notText();
}

/** A value that stands alone: a text as it is, all else as JSON has it. */
function oneValue(value: Node | undefined, json: Format, { secretIs }: SecretsDestination): Content {
  const node: Node = value === undefined ? { kind: 'null' } : asText(value);
  if (typeof secretIs === 'object') {
    const map: Mapping = { kind: 'mapping', items: [{ kind: 'entry', key: secretIs.mapWith, value: node }] };
    return { kind: 'map', json: json.printValue(map, {}) };
  }
  if (node.kind === 'leaf' && (node.type === 'str' || node.type === 'time')) return { kind: 'text', text: node.text };
  return { kind: 'text', text: json.printValue(node, {}) };
}

const withText = (entry: Entry): Entry => ({ ...entry, value: asText(entry.value) });

/** A binary file is text where maps are taken. Throws `UNPRINTABLE_DOCUMENT` for one that is none, where real sops sends something else. */
function asText(node: Node): Node {
  if (node.kind !== 'leaf' || node.bytes === undefined) return node;
  const text = fromUtf8(node.bytes);
  if (text === undefined) throw notText();
  const leaf: Leaf = { kind: 'leaf', type: 'str', text };
  return leaf;
}

const notText = (): SopsError =>
  new SopsError('UNPRINTABLE_DOCUMENT', 'the file is not text, which is all that this destination takes', { hint: 'encrypt it in base64' });
