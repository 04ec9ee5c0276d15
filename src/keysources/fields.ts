import { SopsError } from '../errors.ts';
import type { FieldValue, GroupItem, KeyFields } from './keysource.ts';

/** The text in a field of a metadata entry, `''` where the entry has none, as sops reads it; throws `MALFORMED_METADATA` for a map. */
export function textField(fields: KeyFields, name: string, list: string): string {
  const value: FieldValue | undefined = fields[name];
  if (value === undefined || typeof value === 'string') return value ?? '';
  throw new SopsError('MALFORMED_METADATA', `field '${name}' of an entry of '${list}' is not a text`);
}

/** The parts of a comma-separated list without the space around them; an empty part, as a trailing comma leaves, is none. */
export const listed = (text: string): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** A key group's item that must be a text; throws `MALFORMED_KEY`. */
export function textItem(item: GroupItem, list: string): string {
  if (typeof item === 'string') return item;
  throw new SopsError('MALFORMED_KEY', `an item of '${list}' in a key group is a text, not a map`);
}

/** The text in a field of a key group's item, `''` where it has none; throws `MALFORMED_KEY` for anything but a text in a map. */
export function itemField(item: GroupItem, name: string, list: string): string {
  if (typeof item === 'string') throw new SopsError('MALFORMED_KEY', `an item of '${list}' in a key group is a map, not a text`);
  const value: FieldValue | undefined = item[name];
  if (value === undefined || typeof value === 'string') return value ?? '';
  throw new SopsError('MALFORMED_KEY', `field '${name}' of an item of '${list}' in a key group is not a text`);
}
