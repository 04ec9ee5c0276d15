import { SopsError } from '../../errors.ts';

/** The most that one packet carries, in bytes: Git's `LARGE_PACKET_DATA_MAX`. */
export const mostInPacket = 65_516;

/** Of a packet in front of its data: four hexadecimal digits that count themselves. */
const headLength = 4;

/** What Git's packet lines come as: data, or the mark between two lists of them. */
type Packet = Uint8Array | 'flush';

/** Takes packet lines (`pkt-line.c`) out of parts of any length. */
export class PacketReader {
  readonly #parts: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#parts = input[Symbol.asyncIterator]();
  }

  /** Texts up to the next flush, without line breaks at their ends; undefined where the input ends instead of a first packet. Throws `GIT_FAILED`. */
  async texts(): Promise<readonly string[] | undefined> {
    const texts: string[] = [];
    for (;;) {
      const packet = await this.#packet();
      if (packet === undefined && texts.length === 0) return undefined;
      if (packet === undefined) throw malformed('it ends in the middle of a list');
      if (packet === 'flush') return texts;
      if (texts.length === mostTexts) throw malformed(`a list has more than ${mostTexts} entries`);
      texts.push(textOf(packet));
    }
  }

  /** What packets up to the next flush carry, joined. Throws `GIT_FAILED`. */
  async content(): Promise<Uint8Array> {
    const packets: Uint8Array[] = [];
    for (;;) {
      const packet = await this.#packet();
      if (packet === undefined) throw malformed('it ends in the middle of a file');
      if (packet === 'flush') return joined(packets);
      packets.push(packet);
    }
  }

  async #packet(): Promise<Packet | undefined> {
    const head = await this.#bytes(headLength);
    if (head === undefined) return undefined;
    const length = lengthOf(head);
    if (length === 0) return 'flush';
    if (length < headLength || length > mostInPacket + headLength) throw malformed('a packet has a length that none can have');
    const data = await this.#bytes(length - headLength);
    if (data === undefined) throw malformed('it ends in the middle of a packet');
    return data;
  }

  /** So many bytes; undefined where there is none left. */
  async #bytes(length: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length < length) {
      const { done, value } = await this.#parts.next();
      if (done === true && this.#rest.length === 0) return undefined;
      if (done === true) throw malformed('it ends in the middle of a packet');
      this.#rest = this.#rest.length === 0 ? value : joined([this.#rest, value]);
    }
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return bytes;
  }
}

/** A list of texts is never longer: Git sends a handful. */
const mostTexts = 1000;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const bytewise = new TextDecoder('latin1');

/** A name that is not UTF-8 has a replacement character in it, which tells it from any other. */
function textOf(packet: Uint8Array): string {
  const text = packet.at(-1) === 10 ? packet.subarray(0, -1) : packet;
  try {
    return strict.decode(text);
  } catch {
    return new TextDecoder().decode(text);
  }
}

function lengthOf(head: Uint8Array): number {
  const digits = bytewise.decode(head);
  if (!/^[0-9a-f]{4}$/i.test(digits)) throw malformed('a packet does not begin with its length');
  return Number.parseInt(digits, 16);
}

/** Parts, one behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const malformed = (what: string): SopsError =>
  new SopsError('GIT_FAILED', `what is read is not what Git sends to a filter: ${what}`, {
    hint: 'this command is for Git to run: `git config filter.sopsmith.process "sopsmith git filter-process"`',
  });

const flush = new TextEncoder().encode('0000');

/** Texts as packets, each with a line break, and a flush. */
export function listOf(texts: readonly string[]): Uint8Array {
  const encoder = new TextEncoder();
  return joined([...texts.map((text) => packetOf(encoder.encode(`${text}\n`))), flush]);
}

/** The content of a file as packets, as many as it takes, and a flush. */
export function contentOf(content: Uint8Array): Uint8Array {
  const packets: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += mostInPacket) packets.push(packetOf(content.subarray(at, at + mostInPacket)));
  return joined([...packets, flush]);
}

function packetOf(data: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode((data.length + headLength).toString(16).padStart(headLength, '0'));
  return joined([head, data]);
}
