import type { Position } from '../../errors.ts';

/** How bad it is: an error fails the run, a warning does where warnings count as errors, a note never does. */
export type Severity = 'error' | 'warning' | 'note';

/** What a rule says of a file. Holds no value, and nothing of a key but its name. */
export interface Flaw {
  /** Without file and path: `is in clear, though …`. */
  readonly message: string;
  /** Where it is not that of its rule. */
  readonly severity?: Severity | undefined;
  /** Where it is not that of its rule: what to do. */
  readonly advice?: string | undefined;
  /** The place in the text; the first line where there is none. */
  readonly at?: number | Position | undefined;
  /** Path in the document, as `a.b[0]`. */
  readonly path?: string | undefined;
}

/** A flaw, with all there is to say of it. */
export interface Finding extends Position {
  /** The ID of the rule. */
  readonly rule: string;
  readonly severity: Severity;
  /** Absolute, with `/`. */
  readonly file: string;
  readonly path?: string | undefined;
  readonly message: string;
  readonly advice: string;
  /** Where history was looked through: the first commit that has it. */
  readonly commit?: CommitName;
}

/** A commit as findings name it. */
export interface CommitName {
  readonly id: string;
  /** Of the author: ISO 8601. */
  readonly date: string;
}
