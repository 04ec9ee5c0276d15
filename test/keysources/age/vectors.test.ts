import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import * as vectors from 'cctv-age';
import { describe, expect, it } from 'vitest';
import { SopsError } from '../../../src/errors.ts';
import { armor } from '../../../src/keysources/age/armor.node.ts';
import { client } from '../../../src/keysources/age/client.ts';
import type { AgeKey } from '../../../src/keysources/age/recipient.ts';
import { testContext } from '../context.ts';

/** One vector of https://c2sp.org/CCTV/age: a header of `key: value` lines, an empty line, and an age file. */
interface Vector {
  readonly name: string;
  readonly expected: string;
  readonly digest: string;
  readonly identities: readonly string[];
  readonly wrapped: string;
}

function readVector([name, bytes]: [string, Uint8Array]): Vector {
  const end = Buffer.from(bytes).indexOf('\n\n');
  const lines = Buffer.from(bytes.subarray(0, end)).toString().split('\n');
  const all = (key: string): readonly string[] =>
    lines.flatMap((line) => (line.startsWith(`${key}: `) ? [line.slice(key.length + 2)] : []));
  const raw = bytes.subarray(end + 2);
  const file = all('compressed')[0] === 'zlib' ? inflateSync(raw) : raw;
  return {
    name,
    expected: all('expect')[0] ?? '',
    digest: all('payload')[0] ?? '',
    identities: all('identity'),
    wrapped: all('armored')[0] === 'yes' ? Buffer.from(file).toString('latin1') : armor(file),
  };
}

const masterKey: AgeKey = { kind: 'age', recipient: 'age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryef' };
/** A data key is never wrapped by a passphrase: vectors without an identity have no meaning here. */
const withIdentity = Object.entries(vectors)
  .map(readVector)
  .filter(({ identities }) => identities.length > 0);

/** What unwrapping answers, as a vector says it. */
async function outcome({ identities, wrapped }: Vector): Promise<string> {
  const context = testContext({ env: { SOPS_AGE_KEY: identities.join('\n') } });
  try {
    const opened = await client.unwrap({ masterKey, wrapped }, context);
    return createHash('sha256').update(opened).digest('hex');
  } catch (error) {
    return error instanceof SopsError ? error.code : 'crash';
  }
}

function expectation({ expected, digest }: Vector): string {
  if (expected === 'success') return digest;
  return expected === 'no match' ? 'DATA_KEY_UNRECOVERABLE' : 'MALFORMED_METADATA';
}

describe('the age test vectors', () => {
  it.each(withIdentity)('$name: $expected', async (vector) => {
    expect(await outcome(vector)).toBe(expectation(vector));
  });
});
