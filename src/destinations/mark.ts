import { SopsError } from '../errors.ts';
import type { Mark } from './destination.ts';

/** The tags that say who published a secret. */
export const ruleTag = 'sopsmith-rule';
export const fileTag = 'sopsmith-file';

/** What a tag may hold everywhere, and the most characters of it. */
const unfit = /[^A-Za-z0-9_.:/+@ -]/gu;
const longest = 256;

/** A mark as tags, in the letters that all services have: others are `=` and the hexadecimal digits of each byte. */
export const tagsOf = (mark: Mark | undefined): Readonly<Record<string, string>> =>
  mark === undefined ? {} : { [ruleTag]: spelled(mark.rule), [fileTag]: spelled(mark.file) };

const spelled = (text: string): string =>
  text.replaceAll(unfit, (letter) =>
    [...new TextEncoder().encode(letter)].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join(''),
  );

/** The mark in tags; undefined where they hold none. */
export function markIn(tags: Readonly<Record<string, string>>): Mark | undefined {
  const { [ruleTag]: rule, [fileTag]: file } = tags;
  return rule === undefined || file === undefined ? undefined : { rule: unspelled(rule), file: unspelled(file) };
}

const unspelled = (text: string): string =>
  text.replaceAll(/(?:=[0-9a-f]{2})+/g, (bytes) =>
    new TextDecoder().decode(Uint8Array.from(bytes.slice(1).split('='), (digits) => Number.parseInt(digits, 16))),
  );

/** Tags without those of the mark. */
export const otherTags = (tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(tags).filter(([name]) => name !== ruleTag && name !== fileTag));

/** Throws `UNSUPPORTED` for a mark that no tag can hold. */
export function checkMark(mark: Mark | undefined): void {
  const [name] = Object.entries(tagsOf(mark)).find(([, value]) => value.length > longest) ?? [];
  if (name !== undefined)
    throw new SopsError(
      'UNSUPPORTED',
      `the path of the file or the prefix is too long for the tag ${name}, which takes ${longest} letters`,
    );
}
