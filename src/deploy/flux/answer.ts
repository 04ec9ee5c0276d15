import type { Format } from '../../formats/format.ts';

/** Why something is decrypted, left or refused; stable, for programs. */
export type Reason =
  /** A file that Kustomize reads, with the marker of its format: decrypted before the build. */
  | 'source'
  /** A manifest with `.sops` and `.sops.mac`: decrypted after the build. */
  | 'resource'
  /** An entry of a Secret's `data` that holds an encrypted file: decrypted after the build. */
  | 'data-entry'
  /** The format's marker is not in it. */
  | 'no-marker'
  /** The same file was looked at for an earlier reference. */
  | 'seen'
  /** An address: not followed. */
  | 'remote'
  /** Neither a file nor a folder is there: Kustomize may know it as an address. */
  | 'nothing-there'
  /** The manifest has neither `.sops` nor an encrypted entry. */
  | 'in-clear'
  /** The annotation says that it is not to be decrypted. */
  | 'opted-out'
  /** The rule of its file goes by comments, which do not survive the build. */
  | 'comment-rule'
  /** A file of more than 5 MiB. */
  | 'too-large'
  /** The file is not there. */
  | 'missing'
  /** A folder, a device, a pipe. */
  | 'irregular'
  /** A circle of links. */
  | 'circle'
  /** A folder without a kustomization file, or with several; one that cannot be read. */
  | 'kustomization'
  /** No key opens it. */
  | 'no-key'
  /** Its ciphertext or metadata is broken. */
  | 'broken'
  /** It was decrypted, and cannot be printed in the format that its name asks for. */
  | 'unprintable';

/** What becomes of one source. */
export interface Answer {
  /** Relative to the root. */
  readonly file: string;
  /** Where it is named: `secretGenerator db: files, key tls.key`. */
  readonly named: string;
  /** Before the build the controller decrypts files, after it manifests. */
  readonly stage: 'before the build' | 'after the build';
  /** A manifest or an entry of one. */
  readonly part?: string;
  readonly outcome: 'decrypted' | 'left' | 'failed';
  readonly reason: Reason;
  readonly message: string;
  readonly hint?: string;
  readonly format?: string;
  /** Of entries of Secrets: the format that it is given out in, where that is another. */
  readonly outputFormat?: string;
  /** Which master keys opened it, and with which entry of the keys. */
  readonly keys?: readonly OpenedBy[];
}

export interface OpenedBy {
  readonly masterKey: string;
  /** The entry of the keys' Secret; undefined for the person's own keys. */
  readonly entry?: string;
}

export const formatsOf = (input: Format, output: Format): Pick<Answer, 'format' | 'outputFormat'> => ({
  format: input.name,
  ...(input.name === output.name ? {} : { outputFormat: output.name }),
});
