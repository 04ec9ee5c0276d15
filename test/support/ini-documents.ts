import type { Random } from './json-documents.ts';

const pick = (random: Random, from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? '';
const upTo = (random: Random, most: number): number => Math.floor(random() * (most + 1));

const names: readonly string[] = [
  ['a', 'b', 'host', 'password', 'long.key.name', 'x_unencrypted', 'ünï', 'two words', '"q=1"', '`b:c`', '"""t"q"""'],
  ['"""x"""', '`"` ', 'a]b', 'k#1', '`[`', 'üüü', "'s'"],
].flat();
const sections = ['a', 'b', 'server', 'DEFAULT', 'default', 'a.b', ' padded ', 'x]y', 'ünï', 'a;b', 'a"b', '#'];
const pieces: readonly string[] = [
  ['secret', 'x', 'y z', '1.50', '0x1F', 'true', '%(host)s', '=', ':', '\\', '\\n', '"', "'", '`', '"""', '[', ']', '漢字', '😀', '\t'],
  ['  ', '\u00a0', '\u0085', '\u3000', '\ufeff', 'ENC[', '$X', 'é', '\r', '//', '\u2028'],
].flat();
const marks = ['#', ';', '# ', '; ', ';;', '##  ', '; ; ', ';\t'];

/** What real sops reads but does not write so that it reads the same again. */
const strangeNames = ['-', '`-`'];
const strangeMarks = ['#;', ';#'];

const text = (random: Random, most: number): string => Array.from({ length: upTo(random, most) }, () => pick(random, pieces)).join('');
const without = (whole: string, ...unwanted: readonly string[]): string => unwanted.reduce((rest, one) => rest.replaceAll(one, ''), whole);

/** How one document is written. */
interface Manner {
  readonly end: string;
  readonly delimiter: string;
  readonly wild: boolean;
  readonly strange: boolean;
}

function value(random: Random, { end, wild }: Manner): string {
  const kind = random();
  if (kind < 0.08) return '';
  if (kind < 0.3) return pick(random, ['plain', 'two words', '42', 'https://example.org/?a=b', 'p%20q', '-----BEGIN KEY-----\\nabc']);
  if (kind < 0.4) return `"${without(text(random, 3), '"', '\\')}"`;
  if (kind < 0.47) return `'${without(text(random, 3), "'", '\\')}'`;
  if (kind < 0.57) return `\`${without(text(random, 4), '`')}#\``;
  if (kind < 0.64) return `"""${without(text(random, 4), '"')}"""`;
  if (kind < 0.72) return `"""${without(text(random, 2), '"')}${end}  ${without(text(random, 3), '"', '\\')}${end}z"""`;
  if (kind < 0.76) return `\`${without(text(random, 2), '`')}${end}${without(text(random, 3), '`', '\\')}\``;
  if (kind < 0.84) return `${without(text(random, 3), '`', '"')}x \\${end}  ${without(text(random, 2), '\\')}y`;
  return wild ? without(text(random, 5), '`', '"""') : without(text(random, 4), '`', '"', '\\');
}

const comment = (random: Random, { strange }: Manner): string =>
  `${pick(random, strange && random() < 0.1 ? strangeMarks : marks)}${without(text(random, 3), '`')}`;

function line(random: Random, manner: Manner): string {
  const indent = random() < 0.15 ? pick(random, ['  ', '\t']) : '';
  const kind = random();
  if (kind < 0.12) return '';
  if (kind < 0.3) return indent + comment(random, manner);
  const inline = random() < 0.2 ? ` ${comment(random, manner)}` : '';
  if (kind < 0.42) return `${indent}[${pick(random, sections)}]${random() < 0.1 ? ' junk' : ''}${without(inline, ']')}`;
  const name =
    manner.strange && random() < 0.05 ? pick(random, strangeNames) : pick(random, random() < 0.7 ? names : [`key${upTo(random, 30)}`]);
  return `${indent}${name}${random() < 0.03 && name.startsWith('`') ? ' junk' : ''}${manner.delimiter}${value(random, manner)}${inline}`;
}

/**
 * An INI document, nearly always one that real sops accepts, without a section `sops`: every way to quote and to go on, comments everywhere, repeated keys and
 * sections. The same numbers give the same document.
 * @param strange also what real sops itself does not write so that it reads the same again
 */
export function iniDocument(random: Random, strange = false): string {
  const manner = {
    end: random() < 0.2 ? '\r\n' : '\n',
    delimiter: pick(random, [' = ', ' = ', '=', ': ', ' : ', '\t=\t', ' =']),
    wild: random() < 0.3,
    strange,
  };
  const lines = Array.from({ length: upTo(random, 14) }, () => line(random, manner));
  const start = random() < 0.05 ? '\ufeff' : '';
  return start + lines.join(manner.end) + (random() < 0.8 && lines.length > 0 ? manner.end : '');
}

/** The text with one to three small damages; never a NUL. */
export function damagedIni(source: string, random: Random): string {
  let result = source;
  for (let times = 1 + upTo(random, 2); times > 0; times -= 1) {
    const at = upTo(random, result.length);
    const put = pick(random, ['\n', '', '=', '#', ';', ' ', 'x', '[', ']', '"', '`', '"""', '\\', '\\\n', '\r', "'", ':', '\n=', '-=']);
    result = result.slice(0, at) + put + result.slice(at + (random() < 0.6 ? 1 : 0));
  }
  return result.replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '');
}
