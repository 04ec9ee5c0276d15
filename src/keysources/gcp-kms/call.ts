import type { Authorization } from '../../services/gcp/access-token.node.ts';

/** What Cloud KMS is asked, over either protocol. */
export interface Call {
  readonly action: 'encrypt' | 'decrypt';
  /** The resource name of the key. */
  readonly name: string;
  readonly input: Uint8Array;
  readonly authorization: Authorization;
}

/** What it answers. */
export interface Answer {
  readonly output: Uint8Array;
  /** CRC-32C of the output, where the service sends one. */
  readonly checksum?: number;
}

/** What goes beside the message, by name in lower case: who asks, who pays, and the key by which Google finds the region. */
export function metadataOf({ name, authorization: { token, quotaProject } }: Call): Readonly<Record<string, string>> {
  return {
    authorization: `Bearer ${token}`,
    'x-goog-request-params': `name=${encodeURIComponent(name)}`,
    ...(quotaProject === undefined ? {} : { 'x-goog-user-project': quotaProject }),
  };
}
