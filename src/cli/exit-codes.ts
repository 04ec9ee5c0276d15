import type { SopsErrorCode } from '../errors.ts';

/** What the process answers where all went well. */
export const success = 0;
/** For what no error code names: a defect of this program. */
export const generic = 1;

/** The exit status of each error: those of sops (`cmd/sops/codes`), which scripts and editors test for. */
export const exitCodes: Readonly<Record<SopsErrorCode, number>> = {
  USAGE: 1,
  NO_FILE_SPECIFIED: 100,
  INPUT_UNREADABLE: 2,
  OUTPUT_UNWRITABLE: 3,
  MALFORMED_DOCUMENT: 1,
  EMPTY_DOCUMENT: 92,
  UNPRINTABLE_DOCUMENT: 4,
  ALREADY_ENCRYPTED: 203,
  METADATA_NOT_FOUND: 1,
  MALFORMED_METADATA: 1,
  MALFORMED_CONFIG: 1,
  CONFIG_NOT_FOUND: 1,
  NO_MATCHING_RULE: 1,
  NO_MASTER_KEY: 1,
  MALFORMED_KEY: 1,
  DATA_KEY_UNWRAPPABLE: 1,
  DATA_KEY_UNRECOVERABLE: 128,
  VALUE_UNSEALABLE: 23,
  VALUE_UNOPENABLE: 25,
  MAC_MISMATCH: 51,
  MALFORMED_PATH: 91,
  PATH_NOT_FOUND: 1,
  MALFORMED_VALUE: 7,
  CONFLICTING_FLAGS: 8,
  DUPLICATE_KEY_KIND: 112,
  KEYS_OF_MISSING_FILE: 49,
  MALFORMED_ENCRYPTION_CONTEXT: 6,
  MALFORMED_PATTERN: 1,
  STRICT: 1,
  FILE_NOT_MODIFIED: 200,
  EDITOR_FAILED: 201,
  CANCELLED: 1,
  COMMAND_UNSTARTABLE: 127,
  ADDRESS_UNUSABLE: 1,
  AUDIT_FAILED: 1,
  PUBLICATION_FAILED: 1,
  GIT_FAILED: 1,
  NO_REPOSITORY: 1,
  MERGE_CONFLICT: 1,
  UNSUPPORTED: 1,
};

/** Where sops answers with another status than elsewhere: what a command reads in clear counts as unreadable input. */
export type ExitCodeOverrides = Readonly<Partial<Record<SopsErrorCode, number>>>;

export const readsPlaintext: ExitCodeOverrides = { MALFORMED_DOCUMENT: 2 };
export const readsAnything: ExitCodeOverrides = { INPUT_UNREADABLE: 1, EMPTY_DOCUMENT: 1 };
