import type { Random } from './json-documents.ts';

const pick = (random: Random, from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? '';
const upTo = (random: Random, most: number): number => Math.floor(random() * (most + 1));

const keys = 'A|B|API_KEY|export TOKEN|DB_PASS|a.b|x_unencrypted| lead|trail |ünï|"q"|0||a#b'.split('|');
const words =
  'secret|"quoted"|\'single\'|a b|\\n|\\\\n|\\t|#|;|=|==|  |\t|漢字|😀|$HOME|${X}|`|ENC[|é|\u00a0|\ufeff|\r|0x1F|true|null|1.50'.split('|');

const text = (random: Random, most: number): string => Array.from({ length: upTo(random, most) }, () => pick(random, words)).join('');

function line(random: Random): string {
  const kind = random();
  if (kind < 0.15) return '';
  if (kind < 0.35) return `#${random() < 0.7 ? ' ' : ''}${text(random, 4)}`;
  return `${random() < 0.7 ? pick(random, keys) : `K${upTo(random, 99)}`}=${text(random, 4)}`;
}

/** A dotenv document that real sops accepts, without a key that starts with `sops_`. The same numbers give the same document. */
export function dotenvDocument(random: Random): string {
  const end = random() < 0.2 ? '\r\n' : '\n';
  const lines = Array.from({ length: upTo(random, 12) }, () => line(random));
  const written = lines.map((one) => (one === '' ? '' : one + end.slice(0, -1)));
  return written.join('\n') + (random() < 0.8 && lines.length > 0 ? '\n' : '');
}

/** The text with some lines damaged, many of which real sops refuses; never a NUL. */
export function damagedDotenv(source: string, random: Random): string {
  let result = source;
  for (let times = 1 + upTo(random, 2); times > 0; times -= 1) {
    const at = upTo(random, result.length);
    const put = pick(random, ['\n', '', '=', '#', ' ', 'x', '\n \n', '\n\t', '\nword\n', '\r', '\r\n', '\\']);
    result = result.slice(0, at) + put + result.slice(at + (random() < 0.6 ? 1 : 0));
  }
  return result.replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '');
}
