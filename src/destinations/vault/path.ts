import type { Place, Target } from '../destination.ts';

/** A path in a key-value engine. */
export interface KeyValuePath extends Place {
  readonly kind: 'vault';
  /** Of the server; undefined: that of the environment. */
  readonly address: string | undefined;
  readonly mount: string;
  readonly path: string;
  /** Version 2 keeps versions of secrets. */
  readonly version: 1 | 2;
}

const withSlash = (text: string): string => (text.endsWith('/') ? text : `${text}/`);

/** The path of a secret below `/v1/`, as real sops spells it (`publish/vault.go`). */
export const secretPath = ({ place: { mount, path, version }, name }: Target<KeyValuePath>, kind: 'data' | 'metadata' = 'data'): string =>
  `${withSlash(mount)}${version === 2 ? `${kind}/` : ''}${withSlash(path)}${name}`;
