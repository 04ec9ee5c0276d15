import { SopsError } from '../../errors.ts';
import { strictBase64 } from './armor.node.ts';
import { parseStanza, printStanza, type Stanza } from './stanza.node.ts';

const version = 'age-encryption.org/v1';
/** age's own bounds. */
const bounds = { bytes: 2 ** 21, stanzas: 1024 };

/** The header of an age file, https://age-encryption.org/v1. */
export interface Header {
  readonly stanzas: readonly Stanza[];
  /** What the MAC covers: from the start of the file to the dashes of the last line. */
  readonly covered: Uint8Array;
  readonly mac: Uint8Array;
  /** Nonce and chunks. */
  readonly payload: Uint8Array;
}

/** Reads the header of an age file, refusing every spelling but the canonical one. */
export function parseHeader(file: Buffer): Header {
  const text = file.toString('latin1');
  let at = 0;
  const line = (): string => {
    const end = text.indexOf('\n', at);
    if (end < 0 || end >= bounds.bytes) throw malformed('it ends within the header');
    const read = text.slice(at, end);
    at = end + 1;
    return read;
  };
  if (line() !== version) throw malformed(`its first line is not ${version}`);
  const stanzas: Stanza[] = [];
  while (!text.startsWith('---', at)) {
    if (stanzas.length === bounds.stanzas) throw malformed('it has too many stanzas');
    const stanza = parseStanza(line);
    if (typeof stanza === 'string') throw malformed(stanza);
    stanzas.push(stanza);
  }
  const covered = file.subarray(0, at + 3);
  const mac = readMac(line());
  if (stanzas.length === 0) throw malformed('it has no stanza');
  return { stanzas, covered, mac, payload: file.subarray(at) };
}

function readMac(line: string): Uint8Array {
  const words = line.split(' ');
  const mac = words.length === 2 && words[0] === '---' ? strictBase64(words[1] ?? '', 'bare') : undefined;
  if (mac?.length !== 32) throw malformed('the last line of its header is not a MAC');
  return mac;
}

/** Writes a header up to the dashes of its last line, as the MAC covers it. */
export const printHeader = (stanzas: readonly Stanza[]): string => [version, ...stanzas.map(printStanza), '---'].join('\n');

/** An error for an age file that breaks the rules. */
export const malformed = (why: string): SopsError => new SopsError('MALFORMED_METADATA', `the wrapped data key is not an age file: ${why}`);
