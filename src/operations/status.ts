import type { Format } from '../formats/format.ts';
import { findRecord } from '../metadata/shape.ts';
import { decodeText } from './text.ts';

/** Whether a file has sops metadata; needs no key (`cmd/sops/subcommand/filestatus`). */
export function status(source: Uint8Array, format: Format): { readonly encrypted: boolean } {
  return { encrypted: findRecord(format.parse(decodeText(source)).branches, format.shape) !== undefined };
}
