import { strictBase64 } from './armor.node.ts';

const columns = 64;
/** age's own bound. */
const mostWords = 129;

/** One wrapped file key: `-> TYPE ARGUMENTS…`, then its body. The protocol of plugins speaks in them too. */
export interface Stanza {
  readonly type: string;
  readonly args: readonly string[];
  readonly body: Uint8Array;
}

/** Whether a line of a stanza is its last: that one is short, if need be empty. */
export const endsStanza = (line: string): boolean => line.length < columns;

/** Reads a stanza line by line, refusing every spelling but the canonical one; answers what is wrong where it is not one. */
export function parseStanza(line: () => string): Stanza | string {
  const [arrow, type = '', ...args] = line().split(' ');
  const words = [type, ...args];
  if (arrow !== '->' || words.length > mostWords || !words.every((word) => /^[!-~]+$/.test(word))) {
    return 'a stanza does not begin as one';
  }
  const body: Buffer[] = [];
  for (;;) {
    const text = line();
    const bytes = text.length > columns ? undefined : strictBase64(text, 'bare');
    if (bytes === undefined) return 'the body of a stanza is not canonical base64';
    body.push(bytes);
    if (endsStanza(text)) return { type, args, body: Buffer.concat(body) };
  }
}

/** Writes a stanza, without a line feed at its end. */
export function printStanza({ type, args, body }: Stanza): string {
  const text = bareBase64(body);
  const lines = text.match(/.{1,64}/g) ?? [];
  const end = text.length % columns === 0 ? [''] : [];
  return [['->', type, ...args].join(' '), ...lines, ...end].join('\n');
}

/** Standard base64 without padding. */
export const bareBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '');
