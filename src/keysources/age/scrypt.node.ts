import { scrypt } from 'node:crypto';
import { malformed, open, type Stanza, strictBase64, zeros } from './native.node.ts';

const label = 'age-encryption.org/v1/scrypt';
/** The work that age does at most, as a power of two: it takes about 15 seconds and 4 GiB. */
const mostWork = 22;

/** Unwraps a file key with a passphrase; undefined where it is wrong, or the file is for somebody else. Throws `MALFORMED_METADATA` for a stanza that breaks the rules. */
export async function unwrapWithPassphrase([stanza]: readonly Stanza[], passphrase: string): Promise<Uint8Array | undefined> {
  if (stanza?.type !== 'scrypt') return undefined;
  const { salt, work } = readArguments(stanza);
  const key = await derive(passphrase, Buffer.concat([Buffer.from(label), salt]), 2 ** work);
  return open(key, zeros, stanza.body);
}

function readArguments({ args, body }: Stanza): { readonly salt: Uint8Array; readonly work: number } {
  const [text = '', work = '', ...more] = args;
  const salt = strictBase64(text, 'bare');
  if (more.length > 0 || salt?.length !== 16 || !/^[1-9]\d?$/.test(work) || body.length !== 32) {
    throw malformed('a stanza for a passphrase has the wrong parts');
  }
  if (Number(work) > mostWork) throw malformed(`its passphrase asks for more work than 2^${mostWork}`);
  return { salt, work: Number(work) };
}

function derive(passphrase: string, salt: Uint8Array, cost: number): Promise<Uint8Array> {
  const blockSize = 8;
  const maxmem = 2 * 128 * blockSize * cost;
  return new Promise((resolve, reject) => {
    // Bun says undefined where Node says null.
    scrypt(passphrase, salt, 32, { N: cost, r: blockSize, p: 1, maxmem }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
