import type { Mapping } from '../../document/tree.ts';
import type { Format } from '../../formats/format.ts';

/** A Secret in clear, cleaned of what the cluster wrote into it. */
export interface ImportedSecret {
  readonly name: string;
  readonly namespace: string;
  readonly manifest: Mapping;
  /** As it is written, comments and all; undefined where it stood in a list. */
  readonly written?: { readonly text: string; readonly format: Format };
}

/** What was read. Warnings hold no value. */
export interface Imported {
  readonly secrets: readonly ImportedSecret[];
  readonly warnings: readonly string[];
}

/** How to read. */
export interface ReadOptions {
  /** Turn base64 that is UTF-8 into `stringData`. */
  readonly stringData: boolean;
}
