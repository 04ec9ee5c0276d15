import { dearmor, openFile, parseHeader } from './native.node.ts';
import { unwrapWithPassphrase } from './scrypt.node.ts';

const armored = '-----BEGIN AGE';

/** Opens an age file that is protected by a passphrase, armored or not; undefined for a wrong passphrase. Throws `MALFORMED_METADATA` for anything else. */
export async function openLockedFile(file: Uint8Array, passphrase: string): Promise<Uint8Array | undefined> {
  const bytes = Buffer.from(file);
  const text = bytes.toString('latin1', 0, armored.length);
  const header = parseHeader(text === armored ? dearmor(bytes.toString('latin1')) : bytes);
  const fileKey = await unwrapWithPassphrase(header.stanzas, passphrase);
  return fileKey && openFile(header, fileKey);
}
