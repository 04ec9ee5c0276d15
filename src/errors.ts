/** Every stable error code. Adding one is a minor release; renaming one is a major. */
export type SopsErrorCode =
  /** Wrong words on the command line. */
  | 'USAGE'
  /** No file was named. */
  | 'NO_FILE_SPECIFIED'
  /** The input cannot be read: missing, a directory, no permission. */
  | 'INPUT_UNREADABLE'
  /** The output cannot be written; what was there before is untouched. */
  | 'OUTPUT_UNWRITABLE'
  /** The text is not a document of its format: syntax, a duplicate key, a top-level list, not UTF-8. */
  | 'MALFORMED_DOCUMENT'
  /** The document holds no document at all. */
  | 'EMPTY_DOCUMENT'
  /** The document cannot be printed in the wanted format. */
  | 'UNPRINTABLE_DOCUMENT'
  /** The file to encrypt already has `sops` metadata. */
  | 'ALREADY_ENCRYPTED'
  /** The file has no `sops` metadata. */
  | 'METADATA_NOT_FOUND'
  /** The `sops` metadata is there but cannot be understood. */
  | 'MALFORMED_METADATA'
  /** `.sops.yaml` is not what it should be. */
  | 'MALFORMED_CONFIG'
  /** No `.sops.yaml` was found where one is needed. */
  | 'CONFIG_NOT_FOUND'
  /** No creation rule takes the file. */
  | 'NO_MATCHING_RULE'
  /** No master key to encrypt for. */
  | 'NO_MASTER_KEY'
  /** A master key, recipient or identity is spelled wrong. */
  | 'MALFORMED_KEY'
  /** One or more master keys could not wrap the data key. */
  | 'DATA_KEY_UNWRAPPABLE'
  /** No master key could unwrap the data key: see `details`. */
  | 'DATA_KEY_UNRECOVERABLE'
  /** A value could not be encrypted. */
  | 'VALUE_UNSEALABLE'
  /** A value could not be decrypted: tampered with, in clear, or moved. */
  | 'VALUE_UNOPENABLE'
  /** The MAC does not fit the document. */
  | 'MAC_MISMATCH'
  /** A path such as `["a"][0]` is spelled wrong. */
  | 'MALFORMED_PATH'
  /** A path names nothing in the document. */
  | 'PATH_NOT_FOUND'
  /** The value given to `set` is not JSON. */
  | 'MALFORMED_VALUE'
  /** Flags that cannot go together. */
  | 'CONFLICTING_FLAGS'
  /** A kind of master key is named twice in the decryption order. */
  | 'DUPLICATE_KEY_KIND'
  /** Master keys cannot be added to or removed from a file that does not exist. */
  | 'KEYS_OF_MISSING_FILE'
  /** `EncryptionContext` is spelled wrong. */
  | 'MALFORMED_ENCRYPTION_CONTEXT'
  /** A regular expression does not compile. */
  | 'MALFORMED_PATTERN'
  /** `--strict` found something that is only a warning otherwise. */
  | 'STRICT'
  /** The editor left the file as it was. */
  | 'FILE_NOT_MODIFIED'
  /** No editor could be started, or it failed. */
  | 'EDITOR_FAILED'
  /** The user said no, or interrupted. */
  | 'CANCELLED'
  /** The command to hand secrets to cannot be started. */
  | 'COMMAND_UNSTARTABLE'
  /** The address to serve keys on cannot be listened on. */
  | 'ADDRESS_UNUSABLE'
  /** An audit log of the machine could not be written: nothing was given out. */
  | 'AUDIT_FAILED'
  /** A destination did not take what was to be published there. */
  | 'PUBLICATION_FAILED'
  /** Git failed, or is not there. */
  | 'GIT_FAILED'
  /** A command on a Git repository was called outside of one. */
  | 'NO_REPOSITORY'
  /** Two versions of a file changed the same thing in different ways. */
  | 'MERGE_CONFLICT'
  /** Nothing that can be done here. */
  | 'UNSUPPORTED';

/** Where in a text an error stands; lines and columns count from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What more there is to say of an error: never a value, never key material. */
export interface SopsErrorDetails {
  readonly file?: string;
  readonly position?: Position;
  /** Path in the document, as `a.b[0]`. */
  readonly path?: string;
  /** What to do about it: a sentence or a command. */
  readonly hint?: string;
  /** For `DATA_KEY_UNRECOVERABLE`: what was tried, key group by key group. */
  readonly groups?: readonly KeyGroupAttempt[];
  /** Beside `groups`: how many of them it takes; left out where the file says nothing. */
  readonly shamirThreshold?: number;
  /** Where several were asked in turn: what each of them said. */
  readonly failures?: readonly string[];
}

/** What came of one key group when the data key was looked for. */
export interface KeyGroupAttempt {
  readonly recovered: boolean;
  /** One a master key, or where several key services were asked, one for each of them. */
  readonly attempts: readonly { readonly masterKey: string; readonly error?: string }[];
}

/** Base of every error this package throws on purpose. Anything else that escapes is a bug. */
export class SopsError extends Error {
  override readonly name: string = 'SopsError';
  readonly code: SopsErrorCode;
  readonly details: SopsErrorDetails;

  constructor(code: SopsErrorCode, message: string, details: SopsErrorDetails & { cause?: unknown } = {}) {
    const { cause, ...rest } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = rest;
  }
}

/** What went wrong, in words: of several that were asked in turn, what each of them said. */
export function failuresOf(error: unknown): readonly string[] {
  const failures = error instanceof SopsError ? error.details.failures : undefined;
  return failures ?? [error instanceof Error ? error.message : String(error)];
}

/** Control characters, and those that turn the direction of text or break its lines. */
const steering = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;
const longest = 2000;

/** Text from elsewhere (a file, a program, a service), fit to be said in a message: what could steer a terminal is spelled out, line breaks are spaces, and it has an end. */
export function printable(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return oneLine(cut.trim().replaceAll(/\s*\n\s*/g, ' '));
}

/** Text for one line of a message, whole: what could steer a terminal or break the line is spelled out. */
export const oneLine = (text: string): string =>
  text.replaceAll(steering, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
