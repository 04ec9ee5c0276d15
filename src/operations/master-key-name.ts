import type { KeySource } from '../keysources/keysource.ts';
import type { MasterKey } from '../metadata/metadata.ts';

/** As real sops names a master key; by its kind where no source knows it. */
export function nameOf(masterKey: MasterKey, keySources: readonly KeySource[]): string {
  return keySources.find(({ kind }) => kind === masterKey.kind)?.describe(masterKey) ?? masterKey.kind;
}

/** What went wrong, for a list of several failures. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
