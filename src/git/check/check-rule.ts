import type { MaxAge } from '../../config/config.ts';
import type { SopsError } from '../../errors.ts';
import type { KeySource } from '../../keysources/keysource.ts';
import type { KeyAges } from '../../operations/key-age.ts';
import type { SealedFile } from '../../operations/open-file.ts';
import type { Flaw, Severity } from './finding.ts';
import type { Subject } from './subject.ts';

/** One thing that is looked for. Adding one is a file in `rules` and a line in its index. */
export interface CheckRule {
  /** Stable: people name it in what they allow, and programs in what they collect. */
  readonly id: string;
  readonly severity: Severity;
  /** What it finds, in a few words. */
  readonly summary: string;
  /** What to do about it. */
  readonly advice: string;
  /** It finds what must never have been committed, so that history is asked for it as well. */
  readonly leaks?: true;
  /** Needs no key, but where it is given a way to open files. */
  judge(subject: Subject, surroundings: Surroundings): readonly Flaw[] | Promise<readonly Flaw[]>;
}

/** What rules know beside the file that they judge. */
export interface Surroundings {
  readonly keySources: readonly KeySource[];
  readonly now: Date;
  /** Absolute paths of all files; undefined where only some are looked at. */
  readonly paths?: readonly string[];
  /** How old keys may be, whatever config files say. */
  readonly maxAge: MaxAge;
  /** How old the keys of a file are. @param path absolute, with `/` */
  readonly ages: (path: string, file: SealedFile) => Promise<KeyAges>;
  /** Opens a file and checks its MAC; answers what went wrong. Absent where no key is to be asked for. */
  readonly open?: (content: Uint8Array, file: SealedFile) => Promise<SopsError | undefined>;
}
