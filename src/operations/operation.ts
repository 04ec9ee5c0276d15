import type { Format, PrintOptions } from '../formats/format.ts';
import type { KeyService } from '../keyservice/keyservice.ts';
import type { KeySource } from '../keysources/keysource.ts';
import type { MasterKey, Selection } from '../metadata/metadata.ts';
import type { Context } from '../ports.ts';
import type { KnownDataKeys } from './known-data-keys.ts';

/** What an operation works with: nothing else of the world reaches it. */
export interface Services {
  readonly keys: KeyService;
  readonly keySources: readonly KeySource[];
  readonly context: Context;
  /** Kinds of master key in the order to try them, all others behind; undefined: local kinds first. */
  readonly decryptionOrder?: readonly string[];
  /** Asked before any master key is. */
  readonly known?: KnownDataKeys;
}

/** The format a text is in, and the one the answer shall have; often the same object. */
export interface Formats {
  readonly input: Format;
  readonly output: Format;
  readonly print: PrintOptions;
}

/** Whom and what to encrypt, as flags and the creation rule say. */
export interface EncryptionSettings {
  readonly keyGroups: readonly (readonly MasterKey[])[];
  readonly shamirThreshold: number;
  readonly selection: Selection;
  readonly macOnlyEncrypted: boolean;
  /** `never`: the `layout` entry is not written, and what ciphertext cannot carry comes back in real sops's spelling. */
  readonly layout: 'auto' | 'never';
  /** What is only a warning otherwise is an error. */
  readonly strict: boolean;
}

/** What an operation made, and what the user should be told once; neither holds a value in a warning. */
export interface Outcome {
  readonly content: Uint8Array;
  readonly warnings: readonly string[];
}
