import { fileKeyLength, openFile, readFile, sealFile } from './file.node.ts';
import type { Stanza } from './stanza.node.ts';
import { unwrapWithX25519, wrapForX25519 } from './x25519.node.ts';

/*
 * age on `node:crypto`. X25519 is here, so that one import gives all that most files need; and whatever is loaded later takes what it shares with X25519 from here, so that
 * it stays in one piece when the program is packed.
 */
export { dearmor, strictBase64 } from './armor.node.ts';
export { fileKeyLength, openFile } from './file.node.ts';
export { malformed, parseHeader } from './header.node.ts';
export { hkdf, type KeyPair, keyPair, nothing, open, seal, shared, zeros } from './primitives.node.ts';
export { bareBase64, endsStanza, parseStanza, printStanza, type Stanza } from './stanza.node.ts';

type Random = (length: number) => Uint8Array;

/** Encrypts into an armored age v1 file; `wrap` answers the file key as it is wrapped. */
export async function sealFor(
  plaintext: Uint8Array,
  random: Random,
  wrap: (fileKey: Uint8Array) => Promise<readonly Stanza[]>,
): Promise<string> {
  const fileKey = random(fileKeyLength);
  return sealFile(plaintext, fileKey, await wrap(fileKey), random(16));
}

/** The same for one X25519 recipient of 32 bytes. */
export function sealForX25519(plaintext: Uint8Array, recipient: Uint8Array, random: Random): string {
  const fileKey = random(fileKeyLength);
  return sealFile(plaintext, fileKey, [wrapForX25519(fileKey, recipient, random(32))], random(16));
}

/** An age file that is to be opened. */
export interface Opening {
  readonly stanzas: readonly Stanza[];
  /** Throws `MALFORMED_METADATA` where the file was tampered with. */
  readonly withFileKey: (fileKey: Uint8Array) => Uint8Array;
  /** Tries X25519 identities of 32 bytes; undefined where none of them is a recipient. */
  readonly withX25519: (secrets: readonly Uint8Array[]) => Uint8Array | undefined;
}

/** Reads an armored age v1 file, so far as that needs no key. Throws `MALFORMED_METADATA`. */
export function openingOf(armored: string): Opening {
  const header = readFile(armored);
  return {
    stanzas: header.stanzas,
    withFileKey: (fileKey) => openFile(header, fileKey),
    withX25519: (secrets) => {
      const fileKey = unwrapWithX25519(header.stanzas, secrets);
      return fileKey && openFile(header, fileKey);
    },
  };
}
