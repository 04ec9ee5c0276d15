import type { FlagSpec } from '../argv.ts';
import type { ExitCodeOverrides } from '../exit-codes.ts';
import { manyFilesFlags, masterKeyFlags, selectionFlags, thresholdFlag, typeFlags, unwrapFlags } from '../flags.ts';
import type { CommandModule } from '../invocation.ts';

/** Flags under one heading of a command's help. */
export interface FlagGroup {
  readonly title: string;
  readonly flags: readonly FlagSpec[];
}

/** One command: what it is called, what it takes, where it is. */
export interface Command {
  /** One word, or two for a command that belongs to others: `groups add`. */
  readonly name: string;
  readonly summary: string;
  /** What stands behind the name, for help. */
  readonly takes: string;
  readonly groups: readonly FlagGroup[];
  readonly examples: readonly string[];
  readonly exitCodes?: ExitCodeOverrides;
  readonly load: () => Promise<CommandModule>;
}

/** Whom to encrypt for. */
export const keys: FlagGroup = { title: 'Keys', flags: [...masterKeyFlags, thresholdFlag] };
/** Who unwraps the data key. */
export const keyServices: FlagGroup = { title: 'Key services', flags: unwrapFlags };
/** What to encrypt. */
export const selection: FlagGroup = { title: 'Selection', flags: selectionFlags };
/** How the text is written. */
export const layout: FlagGroup = { title: 'Text', flags: selectionFlags.filter(({ name }) => name === 'layout') };
/** Several files in one call. */
export const manyFiles: FlagGroup = { title: 'Many files', flags: manyFilesFlags };
/** Which file, and what it is. */
export const files = (...more: readonly FlagSpec[]): FlagGroup => ({ title: 'Files', flags: [...more, ...typeFlags] });
