import { sha512 } from '#sha512';
import { hex } from '../../crypto/bytes.ts';
import { SopsError } from '../../errors.ts';
import { decryptSealed } from '../../operations/decrypt.ts';
import type { Services } from '../../operations/operation.ts';
import { asSealed } from './sealed.ts';
import type { Versions } from './versions.ts';

/** More files than this that are gone are not looked through: moved they were hardly. */
const most = 500;

/** Finds the file that a new one was before it was moved without Git. */
export interface MovedFiles {
  /** The encrypted version, in the format of that name, of a file that is gone and had the very same plaintext. */
  find(plaintext: Uint8Array, formatName: string): Promise<Uint8Array | undefined>;
}

/** Opens the files that are gone from the work tree, once, when the first new file is met. */
export function movedFiles(versions: Versions, services: Services): MovedFiles {
  let byPlaintext: Promise<ReadonlyMap<string, Uint8Array>> | undefined;
  const look = async (): Promise<ReadonlyMap<string, Uint8Array>> => {
    const found = new Map<string, Uint8Array>();
    for await (const { path, content } of versions.gone(most)) {
      const sealed = asSealed(path, content, services);
      if (sealed === undefined) continue;
      try {
        found.set(nameOf(await decryptSealed(sealed, services), sealed.format.name), content);
      } catch (error) {
        if (!(error instanceof SopsError) || error.code === 'CANCELLED') throw error;
      }
    }
    return found;
  };
  return {
    find: async (plaintext, formatName) => (await (byPlaintext ??= look())).get(nameOf(plaintext, formatName)),
  };
}

function nameOf(plaintext: Uint8Array, formatName: string): string {
  const hash = sha512();
  hash.update(plaintext);
  return `${formatName} ${hex(hash.digest())}`;
}
