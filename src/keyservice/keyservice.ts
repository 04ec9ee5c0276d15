import type { MasterKey, WrappedKey } from '../metadata/metadata.ts';

/** Whatever can wrap and unwrap a data key: this process, a socket, a cloud. */
export interface KeyService {
  wrap(dataKey: Uint8Array, masterKey: MasterKey): Promise<string>;
  unwrap(wrapped: WrappedKey): Promise<Uint8Array>;
}
