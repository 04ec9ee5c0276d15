import { SopsError } from '../../errors.ts';

/*
 * `.env` files as `ksops` reads them, by way of godotenv 1.5.1: quotes, `export`, comments, values of several lines, and variables that stand earlier in the file. What it stumbles
 * over (a line without `=`) is refused here.
 */

/** What godotenv takes for white space within a line. */
const blank = '\\t\\v\\f\\r \\u0085\\u00A0';
const leading = new RegExp(`^[${blank}]+`, 'u');
const around = new RegExp(`^[${blank}]+|[${blank}]+$`, 'gu');
const lastComment = new RegExp(`^([^]*[${blank}])#[^]*$`, 'u');
/** White space of any kind and whole comments, before a statement. */
const between = /^(?:\s|\u0085|#[^\n]*(?:\n|$))+/u;
const name = new RegExp(`^(?:export[${blank}]+)?([A-Za-z0-9_.${blank}]*?)[${blank}]*[=:]`, 'u');

/**
 * The variables of a `.env` file; of one that is there twice, the last. Throws `MALFORMED_DOCUMENT` with the line, never what stands there.
 * @param interpolates whether `$NAME` stands for a variable
 */
export function readGoDotenv(text: string, { interpolates = true }: { readonly interpolates?: boolean } = {}): ReadonlyMap<string, string> {
  const source = text.replaceAll('\r\n', '\n');
  const variables = new Map<string, string>();
  let rest = source.replace(between, '');
  while (rest !== '') {
    const { key, at, line } = readName(source, rest);
    const found = readValue(rest.slice(at).replace(leading, ''), line);
    variables.set(key, found.expandable ? expanded(found.value, interpolates ? variables : undefined) : found.value);
    rest = found.rest.replace(between, '');
  }
  return variables;
}

function readName(source: string, rest: string): { readonly key: string; readonly at: number; readonly line: number } {
  const line = source.slice(0, source.length - rest.length).split('\n').length;
  const [whole = '', key = ''] = name.exec(rest) ?? [];
  if (key === '') throw malformed(line, 'a line is neither a variable nor a comment');
  return { key, at: whole.length, line };
}

interface Found {
  readonly value: string;
  /** Whether `$` may stand for a variable in it. */
  readonly expandable: boolean;
  readonly rest: string;
}

function readValue(text: string, line: number): Found {
  const quote = text[0];
  if (quote !== '"' && quote !== "'") return bareValue(text);
  for (let end = 1; end < text.length; end++) {
    if (text[end] !== quote || text[end - 1] === '\\') continue;
    const inside = withoutQuotes(text.slice(0, end), quote);
    const expandable = quote === '"';
    return { value: expandable ? unescaped(inside) : inside, expandable, rest: text.slice(end + 1) };
  }
  throw malformed(line, 'a quote is not closed');
}

/** As far as the line goes, or to the last `#` behind white space. */
function bareValue(text: string): Found {
  const end = text.search(/[\n\r]/);
  const whole = end < 0 ? text : text.slice(0, end);
  const value = (lastComment.exec(whole)?.[1] ?? whole).replaceAll(around, '');
  return { value, expandable: true, rest: end < 0 ? '' : text.slice(end) };
}

const withoutQuotes = (text: string, quote: string): string => {
  let [start, end] = [0, text.length];
  while (end > start && text[end - 1] === quote) end -= 1;
  while (start < end && text[start] === quote) start += 1;
  return text.slice(start, end);
};

/** `\n` and `\r` are line breaks, before all else but `$` a backslash goes. */
const unescaped = (text: string): string =>
  text
    .replaceAll(/\\([^\n])/gu, (escape, character: string) => (character === 'n' ? '\n' : character === 'r' ? '\r' : escape))
    .replaceAll(/\\([^$])/gu, '$1');

/** `$NAME` and `${NAME}` are variables from further above, and empty where there is none, or stay where there are to be none at all; `\$` is a `$`. */
const expanded = (text: string, variables: ReadonlyMap<string, string> | undefined): string =>
  text.replaceAll(/(\\)?\$\(?\{?([A-Z0-9_]+)?\}?/gu, (whole, backslash: string | undefined, called: string | undefined) => {
    if (backslash !== undefined) return whole.slice(1);
    return called === undefined || variables === undefined ? whole : (variables.get(called) ?? '');
  });

const malformed = (line: number, message: string): SopsError =>
  new SopsError('MALFORMED_DOCUMENT', message, { position: { line, column: 1 } });
