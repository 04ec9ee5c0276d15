import type { Entry, Mapping } from '../document/tree.ts';

/** The public half of a master key: what it takes to name it. `kind` picks its key source. */
export interface MasterKey {
  readonly kind: string;
}
/** A master key of a kind that no key source here knows, written by a newer program: kept as it stands. */
export interface UnknownKey extends MasterKey {
  /** Its whole entry in the metadata. */
  readonly entry: Mapping;
}
/** A master key and the (share of the) data key wrapped for it. */
export interface WrappedKey<K extends MasterKey = MasterKey> {
  readonly masterKey: K;
  /** As the metadata holds it under `enc`: armored text or base64. */
  readonly wrapped: string;
  readonly createdAt?: Date;
  /** What else its entry holds, written by a newer program: kept as it stands. */
  readonly unknown?: readonly Entry[];
}
/** Wrapped keys that each hold the same share. */
export type KeyGroup = readonly WrappedKey[];

/** The rules that go by how a key ends, and those that go by a regular expression, as the metadata and `.sops.yaml` call them. */
export const suffixRules = ['unencrypted_suffix', 'encrypted_suffix'] as const;
export const patternRules = ['unencrypted_regex', 'encrypted_regex', 'unencrypted_comment_regex', 'encrypted_comment_regex'] as const;

/** Which leaves are encrypted: SOPS allows exactly one rule a file, so this is a union, not six optional fields. */
export type Selection =
  | { readonly by: (typeof suffixRules)[number]; readonly suffix: string }
  | { readonly by: (typeof patternRules)[number]; readonly pattern: string };

/** What holds where nobody chose: all but the keys that end in `_unencrypted`. */
export const defaultSelection: Selection = { by: 'unencrypted_suffix', suffix: '_unencrypted' };

/** The `sops` record, parsed. Immutable: every operation returns a new one. */
export interface Metadata {
  /** Of the sops that wrote the file. */
  readonly version: string;
  /** RFC 3339 with seconds, as Go prints the time in the file: it is the MAC's additional data. */
  readonly lastModified: string;
  /** `ENC[…]`; may be empty in files that never had one. */
  readonly mac: string;
  readonly macOnlyEncrypted: boolean;
  readonly selection: Selection;
  /** 0 where the file has none. */
  readonly shamirThreshold: number;
  readonly keyGroups: readonly KeyGroup[];
  /** `ENC[…]` of the edit script that restores what ciphertext cannot carry; DESIGN section 2. */
  readonly layout?: string;
  /** What else the record holds, written by a newer program: kept as it stands. */
  readonly unknown?: readonly Entry[];
}
