import type { Format } from '../../formats/format.ts';
import type { EncryptionSettings, Formats, Services } from '../../operations/operation.ts';
import type { MovedFiles } from './moved.ts';
import type { RecentVersions } from './recent.ts';
import type { Versions } from './versions.ts';

/** How an encrypted text is written. */
export interface WritingOptions extends Pick<EncryptionSettings, 'layout' | 'strict'>, Pick<Formats, 'print'> {}

/** What a creation rule and the `stores` of a config file say of a path. */
export interface Rules {
  /** Whom and what to encrypt for in a file that is new. Throws `CONFIG_NOT_FOUND`, `NO_MATCHING_RULE`, `MALFORMED_CONFIG`. */
  settings(path: string, format: Format): Promise<EncryptionSettings>;
  /** Throws `MALFORMED_CONFIG`. */
  writing(path: string, format: Format): WritingOptions;
}

/** Why a file is in the work tree as it is in the repository. */
export type PassedOn = 'no key' | 'altered' | 'unreadable' | 'in clear';

/** What filtering works with. */
export interface FilterParts {
  readonly services: Services;
  readonly versions: Versions;
  readonly recent: RecentVersions;
  readonly moved: MovedFiles;
  readonly rules: Rules;
  /** Told before a file is given out, for the audit log; where it throws, the file is not. */
  readonly record: (action: 'encrypt' | 'decrypt', path: string) => Promise<void>;
  /** Told of a file that is not decrypted. */
  readonly passedOn: (path: string, because: PassedOn, error: unknown) => void;
  /** Told of a file that cannot be encrypted. */
  readonly failed: (path: string, error: unknown) => Promise<void>;
  readonly warn: (path: string, warning: string) => void;
}
