import type { MasterKey, WrappedKey } from '../metadata/metadata.ts';

/** Whatever can wrap and unwrap a data key: this process, a socket, a cloud. */
export interface KeyService {
  wrap(dataKey: Uint8Array, masterKey: MasterKey, signal?: AbortSignal): Promise<string>;
  unwrap(wrapped: WrappedKey, signal?: AbortSignal): Promise<Uint8Array>;
  /** Fills in what the name of a master key leaves open, as the newest version of a key in Azure Key Vault; answers the very same where nothing is. */
  complete?(masterKey: MasterKey, signal?: AbortSignal): Promise<MasterKey>;
  /** Encrypts anew under the current version of the master key without showing the data key; undefined where that cannot be done, which asks for unwrap and wrap instead. */
  rewrap?(wrapped: WrappedKey, signal?: AbortSignal): Promise<string | undefined>;
}
