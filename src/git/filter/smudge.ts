import { SopsError } from '../../errors.ts';
import { decryptSealed } from '../../operations/decrypt.ts';
import type { FilterParts, PassedOn } from './parts.ts';
import { readIfSealed } from './sealed.ts';

/**
 * What goes into the work tree for what is in the repository: the plaintext, byte for byte; or the file as it is, where there is no key for it, its MAC does not fit, or it cannot be
 * read. Never throws: a checkout comes to its end.
 */
export async function smudge(path: string, content: Uint8Array, parts: FilterParts): Promise<Uint8Array> {
  try {
    const sealed = readIfSealed(path, content, parts.services);
    if (sealed === undefined) {
      if (content.length > 0) parts.passedOn(path, 'in clear', undefined);
      return content;
    }
    const plaintext = await decryptSealed(sealed, parts.services);
    await parts.record('decrypt', path);
    parts.recent.remember('smudged', path, plaintext, content);
    return plaintext;
  } catch (error) {
    // Of a conflict the merge driver has told.
    if (!inConflict(content)) parts.passedOn(path, reasonOf(error), error);
    return content;
  }
}

function reasonOf(error: unknown): PassedOn {
  const code = error instanceof SopsError ? error.code : undefined;
  if (code === 'DATA_KEY_UNRECOVERABLE' || code === 'CANCELLED') return 'no key';
  return code === 'MAC_MISMATCH' || code === 'VALUE_UNOPENABLE' ? 'altered' : 'unreadable';
}

/** So many bytes are searched for conflict markers: a text longer than the engine can hold would end the checkout. */
const searched = 2 ** 24;

const inConflict = (content: Uint8Array): boolean => /^<{7} /m.test(new TextDecoder().decode(content.subarray(0, searched)));
