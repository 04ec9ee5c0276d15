import type { MaxAge } from '../../config/config.ts';
import { fromUtf8 } from '../../crypto/bytes.ts';
import { SopsError } from '../../errors.ts';
import { formatByEnding, formatByMarkers } from '../../formats/told.ts';
import type { Format } from '../../formats/format.ts';
import type { KeySource } from '../../keysources/keysource.ts';
import { readSealed, type SealedFile } from '../../operations/open-file.ts';
import { defaultSelection } from '../../metadata/metadata.ts';
import { selectorOf } from '../../operations/selector.ts';
import type { CheckedConfig } from './checked-config.ts';
import type { Ruling } from './policy.ts';
import { type SeenValue, seenValues } from './seen-values.ts';
import { TextPlaces } from './text-places.ts';

/** A file to be judged. */
export interface Subject {
  /** Absolute, with `/`. */
  readonly path: string;
  readonly content: Uint8Array;
  /** The content as text; what is neither UTF-8 nor marked as UTF-16 is read byte by byte. */
  readonly text: string;
  readonly places: TextPlaces;
  readonly state: State;
  readonly ruling: Ruling | undefined;
  /** Whether there is a config file with rules that might have taken it. */
  readonly hasRules: boolean;
  /** Where it is a `.sops.yaml`. */
  readonly config: CheckedConfig | undefined;
  /** What the config file in force says. */
  readonly maxAge: MaxAge;
}

/** What a file is to sops. */
export type State =
  | SealedState
  /** It has metadata and cannot be read. */
  | { readonly kind: 'unreadable'; readonly error: SopsError }
  /** It has metadata, and a merge left its marks in it. */
  | { readonly kind: 'torn'; readonly at: number }
  | { readonly kind: 'clear'; readonly format: Format | undefined };

/** It can be read. */
export interface SealedState {
  readonly kind: 'sealed';
  readonly file: SealedFile;
  /** Selected by the file's own selection, and by that of the rule, where there is one. */
  readonly values: readonly SeenValue[];
}

/** What a subject is made of. */
export type Material = Pick<Subject, 'path' | 'content' | 'ruling' | 'hasRules' | 'config' | 'maxAge'> & {
  readonly keySources: readonly KeySource[];
};

/** Looks at a file: most are told by their bytes to have nothing of sops in them, and are not parsed. */
export async function subjectOf({ keySources, ...material }: Material): Promise<Subject> {
  const text = textOf(material.content);
  return { ...material, text, places: new TextPlaces(text), state: await stateOf(material, text, keySources) };
}

/** Shells of Windows write UTF-16, behind a mark. */
function textOf(content: Uint8Array): string {
  const [first, second] = content;
  const wide = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
  return wide === undefined ? (fromUtf8(content) ?? new TextDecoder('latin1').decode(content)) : new TextDecoder(wide).decode(content);
}

async function stateOf(
  { path, content, ruling }: Omit<Material, 'keySources'>,
  text: string,
  keySources: readonly KeySource[],
): Promise<State> {
  const format = formatByEnding(path);
  const isTouched = text.includes('ENC[AES256_GCM,') || (text.includes('sops') && text.includes('lastmodified'));
  if (!isTouched) return { kind: 'clear', format };
  const torn = tornAt(text, format);
  if (torn !== undefined) return { kind: 'torn', at: torn };
  const read = firstRead(content, text, format, keySources);
  if (read === undefined) return { kind: 'clear', format };
  if (read instanceof SopsError) return { kind: 'unreadable', error: read };
  return sealed(read, ruling);
}

async function sealed(file: SealedFile, ruling: Ruling | undefined): Promise<SealedState> {
  const own = await selectorOf(file.metadata.selection, 'read');
  const rule = file.format.name === 'binary' ? undefined : ruling?.rule;
  const selectors = rule === undefined ? [own] : [own, await selectorOf(rule.selection ?? defaultSelection, 'read')];
  return { kind: 'sealed', file, values: seenValues(file.branches, selectors) };
}

/** Where the record of the metadata begins, at the top of a text of each format. */
const records: Readonly<Record<string, RegExp>> = {
  yaml: /^["']?sops["']?:/m,
  json: /"sops"\s*:/,
  dotenv: /^sops_(mac|lastmodified)=/m,
  ini: /^\[sops\]/m,
  binary: /^\s*\{[^]*"sops"\s*:/,
};

/** Where the record of the metadata begins, whatever the format; 0 where there is none. */
export const recordAt = (text: string): number =>
  Math.max(0, ...[records['yaml'], records['ini'], records['dotenv'], records['json']].map((record) => record?.exec(text)?.index ?? 0));

const hasRecord = (text: string, format: Format | undefined): boolean => records[format?.name ?? 'binary']?.test(text) === true;

/** Where a merge left the first of its marks. */
function tornAt(text: string, format: Format | undefined): number | undefined {
  const start = /^<{7}(?: .*)?$/m.exec(text);
  if (start === null || !/^={7}$/m.test(text) || !/^>{7}(?: .*)?$/m.test(text)) return undefined;
  return hasRecord(text, format) ? start.index : undefined;
}

/** The file in the first of its likely formats that can be read, or why it cannot be; undefined where it is no encrypted file. */
function firstRead(
  content: Uint8Array,
  text: string,
  format: Format | undefined,
  keySources: readonly KeySource[],
): SealedFile | SopsError | undefined {
  const byMarkers = formatByMarkers(content);
  let failure: SopsError | undefined;
  for (const one of new Set([format, byMarkers])) {
    if (one === undefined) continue;
    try {
      return readSealed(content, one, { keySources });
    } catch (error) {
      if (!(error instanceof SopsError)) throw error;
      if (failure === undefined && tells(error, text, one === format)) failure = error;
    }
  }
  return failure;
}

/** Whether an error means that an encrypted file is broken, not that it is none: a page of documentation may show one. */
function tells({ code }: SopsError, text: string, isByEnding: boolean): boolean {
  if (code === 'MALFORMED_METADATA') return true;
  if (code === 'METADATA_NOT_FOUND') return false;
  return isByEnding && Object.values(records).some((record) => record.test(text));
}
