/** Variables for a program that is run; undefined takes one away. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One kind of master key with the real service behind it, as the matrix of `npm run interop -- keys` and the contract tests use it. */
export interface KeyPeer {
  /** The kind, as the metadata calls it: `hc_vault`. */
  readonly kind: string;
  /** The flag that names master keys of this kind: `--hc-vault-transit`. */
  readonly flag: string;
  /** Two master keys that work, as the flag takes them. */
  readonly key: string;
  readonly other: string;
  /** With these variables both programs reach the service and may use both keys. */
  readonly env: Environment;
  /** In place of `env`: may not use the keys (a wrong token, credentials without the right). */
  readonly denied: Environment;
  /** In place of `env`: the service cannot be reached (connections are refused). For local kinds: the program or key file is missing. */
  readonly down: Environment;
  /** In place of `env`: holds only what opens `other`, where the kind has that; else what `key` wrapped is put under the name of `other`. */
  readonly onlyOther?: Environment;
  close(): Promise<void>;
}
