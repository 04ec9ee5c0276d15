import type { MasterKey, WrappedKey } from '../metadata/metadata.ts';
import type { Context } from '../ports.ts';

/** One field of a master key's entry in the metadata: text, or for KMS's `context` a map of texts. */
export type FieldValue = string | Readonly<Record<string, string | null>>;
/** A master key's entry in the metadata, without `enc` and `created_at`. */
export type KeyFields = Readonly<Record<string, FieldValue>>;
/** One item of a key group's list in `.sops.yaml`: `age1…`, or `{ arn, role, context, aws_profile }`. */
export type GroupItem = string | KeyFields;

/** What one item of a key group's list may be: a text, a map of these fields, or either. `.sops.yaml` is checked with it, and editors complete by it; without one, any text or map will do. */
export interface GroupItemShape {
  readonly text?: true;
  readonly fields?: Readonly<Record<string, GroupField>>;
}
/** A field of an item: a text, or a map of texts. */
export interface GroupField {
  readonly help: string;
  readonly takes?: 'texts';
  readonly required?: true;
}

/** Everything the project knows of one kind of master key, in one place; light: no SDK is reached from here. */
export interface KeySource<K extends MasterKey = MasterKey> {
  readonly kind: K['kind'];
  /** The list in the metadata that holds keys of this kind: `age`, `pgp`, `kms`. */
  readonly list: string;
  /** Whether entries carry `created_at`. */
  readonly dated: boolean;
  /** Present where wrapping and unwrapping ask no service over a network: such keys are tried first, and under no time limit, since a person may have to answer. */
  readonly local?: true;
  /** Where the flag and variable that give master keys of this kind are documented: `--age`, `-a`, `SOPS_AGE_RECIPIENTS`. */
  readonly flag: { readonly name: string; readonly short?: string; readonly env: string; readonly help: string };
  /** How a key is spelled, where `parse` takes any text, as real sops does: who makes a config file is told of a slip at once. */
  readonly spelling?: { readonly pattern: RegExp; readonly like: string };
  /** What `.sops.yaml` calls it in a creation rule and in a key group. */
  readonly config: { readonly rule: string; readonly group: string; readonly item?: GroupItemShape };
  /** Reads the text of a flag, variable or creation rule: comma-separated. Throws `MALFORMED_KEY`. */
  parse(text: string, options: KeyOptions): readonly K[];
  /** Reads one item of a key group's list in `.sops.yaml`: a text, or a map of fields. Throws `MALFORMED_KEY`. */
  fromGroup(item: GroupItem): readonly K[];
  /** Metadata entry to master key and back; both list all fields in the order real sops writes them (sorted by name). Throws `MALFORMED_METADATA`. */
  fromFields(fields: KeyFields): K;
  toFields(masterKey: K): KeyFields;
  /** As real sops names it (`ToString`) in errors, diffs and when it tells two keys apart. */
  describe(masterKey: K): string;
  /** Whether the name of a master key leaves something open which only the service knows, as the version of a key in Azure Key Vault. */
  leavesOpen?(masterKey: K): boolean;
  /** The client, loaded on first use. */
  load(): Promise<KeyClient<K>>;
}
/** What flags beside the key's own add to it. */
export interface KeyOptions {
  readonly encryptionContext?: Readonly<Record<string, string>>;
  readonly awsProfile?: string;
}
/**
 * The part that needs an SDK, a program or a network. Throws with a message that says what was tried, never key material.
 * The signal is aborted when the answer is no longer wanted: its time is over, or another master key was faster.
 */
export interface KeyClient<K extends MasterKey = MasterKey> {
  /** Wraps a data key (or a share); the answer is what `enc` holds. */
  wrap(dataKey: Uint8Array, masterKey: K, context: Context, signal?: AbortSignal): Promise<string>;
  unwrap(wrapped: WrappedKey<K>, context: Context, signal?: AbortSignal): Promise<Uint8Array>;
  /** Fills in what the name of a master key leaves open, where {@link KeySource.leavesOpen} says so: before it is wrapped for, and before it is told from the keys of a file. */
  complete?(masterKey: K, context: Context, signal?: AbortSignal): Promise<K>;
  /** Where private keys of this kind are looked for on this machine, and which are there. Asks no person for a passphrase, and no service. */
  held?(context: Context): Promise<readonly KeyPlace[]>;
  /** The place that holds the private half of a master key, as far as can be told without a wrapped data key; or why what is held does not open it though it looks as if it should. */
  holder?(masterKey: K, context: Context): Promise<Holder>;
  /** Encrypts anew under the current version of the master key, where the service does so without showing the data key; answers the new `enc`. */
  rewrap?(wrapped: WrappedKey<K>, context: Context, signal?: AbortSignal): Promise<string>;
}
/** A place where private keys were looked for. */
export interface KeyPlace {
  readonly name: string;
  /** Where it is a file. */
  readonly path?: string;
  /** The master keys whose private halves are there. */
  readonly keys: readonly string[];
  /** Why there are none, or not all. */
  readonly note?: string;
  /** Whether that is a mistake, not just nothing. */
  readonly flawed?: boolean;
}
/** Who holds a master key: a place, or nobody, and what to do about it where that is known. */
export type Holder = { readonly place: string } | { readonly advice: string | undefined };
/** Checks a source against its own key type, then forgets the type for the registry. */
export const defineKeySource = <K extends MasterKey>(source: KeySource<K>): KeySource => source;
