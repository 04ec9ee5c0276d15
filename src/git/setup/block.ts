import { SopsError } from '../../errors.ts';

/** The lines between which a file is ours. The first says so where the line break before it is ours as well. */
const begin = '# sopsmith: begin (`sopsmith git install` writes these lines, `sopsmith git uninstall` takes them out)';
const beginOfRest = `${begin} (there was no line break before)`;
const end = '# sopsmith: end';
const block = /^# sopsmith: begin\b[^\n]*\n([^]*?)^# sopsmith: end\r?$\n?/m;

/** Our lines in a text; undefined where there are none. */
export const blockOf = (text: string): readonly string[] | undefined =>
  block
    .exec(text)?.[1]
    ?.split(/\r?\n/)
    .filter((line) => line !== '');

/**
 * A text with our lines in it: where they stood before, else at its end. Every other line stays as it is.
 * Throws `MALFORMED_DOCUMENT` where our lines begin and do not end.
 */
export function withBlock(text: string, lines: readonly string[]): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const print = (first: string): string => [first, ...lines, end].map((line) => `${line}${newline}`).join('');
  const [before] = block.exec(text) ?? [];
  if (before !== undefined) return text.replace(block, () => print(before.startsWith(beginOfRest) ? beginOfRest : begin));
  refuseHalf(text);
  return text === '' || text.endsWith('\n') ? `${text}${print(begin)}` : `${text}${newline}${print(beginOfRest)}`;
}

/** A text without our lines. Throws as {@link withBlock} does. */
export function withoutBlock(text: string): string {
  const found = block.exec(text);
  const above = text.slice(0, found?.index ?? text.length);
  const rest =
    (found?.[0].startsWith(beginOfRest) ? above.replace(/\r?\n$/, '') : above) + text.slice(above.length + (found?.[0].length ?? 0));
  refuseHalf(rest);
  return rest;
}

function refuseHalf(text: string): void {
  if (/^# sopsmith: begin\b/m.test(text))
    throw new SopsError('MALFORMED_DOCUMENT', `the lines of sopsmith begin here and do not end with '${end}'`, {
      hint: 'take them out by hand, and run `sopsmith git install` again',
    });
}
