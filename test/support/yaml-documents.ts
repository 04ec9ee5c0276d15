import { below, once, pick } from './random.ts';
import type { Random } from './random.ts';
import { shapes } from './yaml-shapes.ts';
import { YamlWriter } from './yaml-writer.ts';

/** A YAML text of one or more documents, in any layout people write: nearly always one that real sops takes. */
export function yamlDocument(random: Random): string {
  if (once(random, 12)) return finish(random, pick(random, shapes));
  const writer = new YamlWriter(random);
  const parts: string[] = [];
  const documents = once(random, 4) ? 1 + below(random, 3) : 1;
  for (let at = 0; at < documents; at++) parts.push(writer.document(at > 0));
  return finish(random, parts.join(''));
}

/** Lines and signs of YAML thrown together: seldom a document, often nearly one. */
export function yamlSoup(random: Random): string {
  const material = once(random, 4) ? soup : wholeLines;
  let text = '';
  for (let left = 1 + below(random, 18); left > 0; left--) text += pick(random, material);
  return text;
}

/** Whole lines, for soups that are sometimes documents. */
const wholeLines: readonly [string, ...string[]] = [
  '\n',
  '\n',
  '\n',
  'a: b\n',
  'c: d # l\n',
  'e:\n',
  'f:\n',
  'g: # l2\n',
  '  h: i\n',
  '  j: k # l3\n',
  '  m:\n',
  '    n: o\n',
  '- p\n',
  '- q: r\n',
  '  s: t\n',
  '  - u\n',
  '  - v: w # l4\n',
  '    x: y\n',
  '# c1\n',
  '# c2\n',
  '  # c3\n',
  '  # c4\n',
  '    # c5\n',
  ' # c6\n',
  '   # c7\n',
  '-\n',
  '- # l5\n',
  '  - # l6\n',
  '- - z\n',
  '? aa\n',
  ': bb\n',
  '---\n',
  '...\n',
  'cc: |\n',
  '  dd\n',
  'ee: [ff, # l7\n',
  '  gg]\n',
  '  hh: {ii: jj} # l8\n',
  'kk: &a\n',
  'll: *a\n',
  'mm: !t\n',
  '    - nn\n',
  '    - oo # l9\n',
];

/** A text with a few characters or lines lost, doubled, moved or put in. */
export function mutated(random: Random, text: string): string {
  let result = text;
  for (let left = 1 + below(random, 3); left > 0; left--) result = mutatedOnce(random, result);
  // Halves of surrogate pairs are no text.
  return result.replaceAll(/[\uD800-\uDFFF]/gu, '');
}

function mutatedOnce(random: Random, text: string): string {
  const at = below(random, text.length + 1);
  switch (below(random, 6)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1 + below(random, 3));
    case 1:
      return text.slice(0, at) + pick(random, soup) + text.slice(at);
    case 2: {
      const to = at + 1 + below(random, 20);
      return text.slice(0, to) + text.slice(at, to) + text.slice(to);
    }
    case 3:
      return text.slice(0, at);
    case 4:
      return withoutLine(random, text);
    default:
      return indentedLine(random, text);
  }
}

function withoutLine(random: Random, text: string): string {
  const lines = text.split('\n');
  lines.splice(below(random, lines.length), 1);
  return lines.join('\n');
}

function indentedLine(random: Random, text: string): string {
  const lines = text.split('\n');
  const at = below(random, lines.length);
  const line = lines[at] ?? '';
  lines[at] = line.startsWith(' ') && once(random, 2) ? line.slice(1 + below(random, 2)) : ' '.repeat(1 + below(random, 2)) + line;
  return lines.join('\n');
}

/** Line ends, a byte order mark, a missing or doubled end. */
function finish(random: Random, text: string): string {
  let result = text;
  if (once(random, 10)) result = result.replace(/\n+$/, '');
  if (once(random, 12)) result += '\n\n';
  if (once(random, 8)) result = result.replaceAll('\n', '\r\n');
  else if (once(random, 60)) result = result.replaceAll('\n', pick(random, ['\r', '\u0085', '\u2028']));
  if (once(random, 20)) result = `\uFEFF${result}`;
  return result;
}

const soup: readonly [string, ...string[]] = [
  '\n',
  '\n',
  '\n',
  '\n\n',
  '  ',
  '    ',
  ' ',
  '\t',
  'a: b\n',
  'a:\n',
  'b: c\n',
  '- ',
  '- x\n',
  '-\n',
  '? ',
  ': ',
  ':\n',
  '# c1\n',
  '# c2\n',
  '#c3\n',
  ' # c4\n',
  '  # c5\n',
  '    # c6\n',
  '#\n',
  '[',
  ']',
  '{',
  '}',
  ', ',
  ',\n',
  'x',
  'y z',
  '"q"',
  "'s'",
  '"',
  "'",
  '&a ',
  '*a',
  '!t ',
  '!!str ',
  '!!int ',
  '|\n',
  '>-\n',
  '|+ # h\n',
  '---\n',
  '--- ',
  '...\n',
  '%YAML 1.1\n',
  'k: |\n  t\n',
  '<<: ',
  '\\',
  '1',
  'null',
  'é',
  '😀',
  'é: ',
  '\r\n',
  '\r',
  '\u0085',
  '\u2028',
  ' #',
  '#',
  'm: {a: 1, b: [c, d]}\n',
  'l:\n- a\n- b\n',
  'l:\n  - a\n  # f\n',
];
