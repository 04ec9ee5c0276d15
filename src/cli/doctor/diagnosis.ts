import type { KeyPlace } from '../../keysources/keysource.ts';
import type { Problem } from './environment.ts';
import type { Opens, Recipient } from './recipients.ts';

/** All that was found. */
export interface Diagnosis {
  readonly config: string | undefined;
  readonly places: readonly (KeyPlace & { readonly kind: string })[];
  readonly rules: readonly ExaminedRule[];
  readonly files: readonly ExaminedFile[];
  readonly problems: readonly Problem[];
}

/** A rule of the config file, and whether its files open for the reader. */
export interface ExaminedRule {
  readonly number: number;
  readonly line: number;
  readonly pathRegex: string | undefined;
  readonly opens: Opens;
  readonly groups: readonly (readonly Recipient[])[];
}

/** A file, whose master keys were tried. */
export interface ExaminedFile {
  readonly file: string;
  readonly opens: boolean;
  readonly groups: readonly (readonly Recipient[])[];
}
