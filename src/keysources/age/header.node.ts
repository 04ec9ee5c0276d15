import { SopsError } from '../../errors.ts';
import { strictBase64 } from './armor.node.ts';

const version = 'age-encryption.org/v1';
const columns = 64;
/** age's own bounds. */
const bounds = { bytes: 2 ** 21, stanzas: 1024, words: 129 };

/** One wrapped file key: `-> TYPE ARGUMENTS…`, then its body. */
export interface Stanza {
  readonly type: string;
  readonly args: readonly string[];
  readonly body: Uint8Array;
}

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
    stanzas.push(parseStanza(line));
  }
  const covered = file.subarray(0, at + 3);
  const words = line().split(' ');
  const mac = words.length === 2 && words[0] === '---' ? strictBase64(words[1] ?? '', 'bare') : undefined;
  if (mac?.length !== 32) throw malformed('the last line of its header is not a MAC');
  if (stanzas.length === 0) throw malformed('it has no stanza');
  return { stanzas, covered, mac, payload: file.subarray(at) };
}

function parseStanza(line: () => string): Stanza {
  const [arrow, type, ...args] = line().split(' ');
  const words = [type ?? '', ...args];
  if (arrow !== '->' || words.length > bounds.words || !words.every((word) => /^[!-~]+$/.test(word))) {
    throw malformed('a stanza does not begin as one');
  }
  const body: Buffer[] = [];
  for (;;) {
    const text = line();
    const bytes = text.length > columns ? undefined : strictBase64(text, 'bare');
    if (bytes === undefined) throw malformed('the body of a stanza is not canonical base64');
    body.push(bytes);
    if (text.length < columns) return { type: type ?? '', args, body: Buffer.concat(body) };
  }
}

/** Writes a header up to the dashes of its last line, as the MAC covers it. */
export function printHeader(stanzas: readonly Stanza[]): string {
  const printed = stanzas.map(({ type, args, body }) => {
    const text = bareBase64(body);
    const lines = text.match(/.{1,64}/g) ?? [];
    // The last line of a body is short, if need be empty.
    const end = text.length % columns === 0 ? [''] : [];
    return [['->', type, ...args].join(' '), ...lines, ...end].join('\n');
  });
  return [version, ...printed, '---'].join('\n');
}

/** Standard base64 without padding. */
export const bareBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '');

/** An error for an age file that breaks the rules. */
export const malformed = (why: string): SopsError => new SopsError('MALFORMED_METADATA', `the wrapped data key is not an age file: ${why}`);
