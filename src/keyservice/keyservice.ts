import type { MasterKey, WrappedKey } from '../metadata/metadata.ts';

/** Whatever can wrap and unwrap a data key: this process, a socket, a cloud. */
export interface KeyService {
  wrap(dataKey: Uint8Array, masterKey: MasterKey, signal?: AbortSignal): Promise<string>;
  unwrap(wrapped: WrappedKey, signal?: AbortSignal): Promise<Uint8Array>;
  /** Encrypts anew under the current version of the master key without showing the data key; undefined where that cannot be done, which asks for unwrap and wrap instead. */
  rewrap?(wrapped: WrappedKey, signal?: AbortSignal): Promise<string | undefined>;
}
