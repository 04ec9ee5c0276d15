import { sha512 } from '#sha512';
import { utf8 } from '../crypto/bytes.ts';
import type { Metadata } from '../metadata/metadata.ts';

/** Data keys of files that were opened before, held by somebody else. Only a hint: what it gives is taken where it opens the MAC of the file. */
export interface KnownDataKeys {
  /** The data key of a file; undefined where it is not known. Throws `DATA_KEY_UNRECOVERABLE` for a file that did not open a moment ago. */
  find(metadata: Metadata): Promise<Uint8Array | undefined>;
  /** Remembers the data key of a file: a copy. */
  keep(metadata: Metadata, dataKey: Uint8Array): Promise<void>;
}

/** Bytes of an ID. */
export const keyIdLength = 32;

/** What the data key of a file goes by. */
export interface DataKeyIds {
  /** The ID of all its wrapped keys as a whole. */
  readonly whole: Uint8Array;
  /** With one key group, those of each wrapped key as well: each of them holds the data key, and most stay when others come and go. */
  readonly single: readonly Uint8Array[];
}

/** Tells data keys apart by what they look like wrapped, which says nothing about them. */
export function dataKeyIds({ keyGroups, shamirThreshold }: Metadata): DataKeyIds {
  const groups = keyGroups.map((group) => group.map(({ wrapped }) => wrapped));
  return {
    whole: digest(JSON.stringify([shamirThreshold, groups])),
    single: keyGroups.length === 1 ? groups.flat().map((wrapped) => digest(JSON.stringify(wrapped))) : [],
  };
}

function digest(text: string): Uint8Array {
  const hash = sha512();
  hash.update(utf8(text));
  return hash.digest().slice(0, keyIdLength);
}
