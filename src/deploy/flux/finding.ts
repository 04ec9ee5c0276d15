/** What fails only in the cluster, by a stable name. */
export type FluxRule =
  /** `apiVersion`, `kind` or `metadata` is encrypted. */
  | 'envelope-encrypted'
  /** An encrypted file without the bytes that Flux knows its format by. */
  | 'no-marker'
  /** An encrypted file under a name that asks for a format which it cannot have. */
  | 'format-by-name'
  /** Variables in a format that Kustomize does not read them from. */
  | 'env-format'
  /** An encrypted file in a configMapGenerator, or in a ConfigMap. */
  | 'config-map'
  /** An encrypted file where Flux decrypts nothing. */
  | 'not-decrypted'
  /** Ciphertext in a text that is not decrypted: a literal, an inline patch, a manifest without metadata. */
  | 'stray-ciphertext'
  /** A Secret that would reach the cluster with its `sops`, which Flux refuses. */
  | 'left-encrypted'
  /** A List is taken apart by Kustomize, and loses its `sops`. */
  | 'sealed-list'
  /** An encrypted file in `data` that is not base64, or in `stringData`. */
  | 'secret-data'
  /** A rule by comments, which do not survive the build. */
  | 'comment-rule'
  /** A link or `..` that leads out of the root. */
  | 'leads-out'
  /** More than 5 MiB. */
  | 'too-large'
  /** Not there, or no file, or a kustomization that cannot be read. */
  | 'unreadable'
  /** `bases` are not walked. */
  | 'bases'
  /** No entry of the keys opens it. */
  | 'no-key'
  /** Ciphertext or metadata that does not open. */
  | 'unopenable'
  /** An entry of the keys whose name Flux passes over. */
  | 'key-name'
  /** An entry of the keys that Flux cannot use. */
  | 'key-unusable';

export interface FluxFinding {
  /** Relative to the root; of keys, the name of the entry. */
  readonly file: string;
  readonly part?: string;
  readonly rule: FluxRule;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
}
