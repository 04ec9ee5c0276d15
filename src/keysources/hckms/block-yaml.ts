/** What {@link parseBlocks} reads: a text, a list or a map. */
export type Node = string | Node[] | Map<string, Node>;

interface Line {
  readonly indent: number;
  readonly text: string;
  /** From 1. */
  readonly number: number;
}
/** Told the number of a line that is beyond us; must throw. */
type Refuse = (line: number) => never;

/** Reads as much of YAML as people write in a file of settings: maps and lists in blocks, texts in one line (plain or quoted), flow lists of texts, comments. */
export function parseBlocks(text: string, refuse: Refuse): Node {
  const lines = text.split(/\r?\n/).flatMap((full, at): readonly Line[] => {
    const [, spaces = '', content = ''] = /^( *)(.*?)(?:(?:^|\s+)#.*)?\s*$/.exec(full) ?? [];
    return content === '' || /^(---|%YAML.*)$/.test(content) ? [] : [{ indent: spaces.length, text: content, number: at + 1 }];
  });
  return lines.length === 0 ? '' : nodeOf(lines, refuse);
}

function nodeOf(lines: readonly Line[], refuse: Refuse): Node {
  const [first] = lines;
  if (first === undefined) return '';
  return isItem(first) ? listOf(lines, refuse) : mapOf(lines, refuse);
}

const isItem = ({ text }: Line): boolean => /^-(\s|$)/.test(text);

function listOf(lines: readonly Line[], refuse: Refuse): Node[] {
  return cut(lines, isItem, refuse).map(([head, ...rest]) => {
    const [dash = ''] = /^-\s*/.exec(head.text) ?? [];
    const content = { ...head, indent: head.indent + dash.length, text: head.text.slice(dash.length) };
    if (content.text === '') return nodeOf(rest, refuse);
    return keyOf(content) === undefined && rest.length === 0 ? scalar(content.text, head, refuse) : nodeOf([content, ...rest], refuse);
  });
}

function mapOf(lines: readonly Line[], refuse: Refuse): Map<string, Node> {
  const entries = cut(lines, (line) => !isItem(line), refuse).map(([head, ...rest]): [string, Node] => {
    const [key, value] = keyOf(head) ?? refuse(head.number);
    if (value === '') return [key, nodeOf(rest, refuse)];
    return [key, rest.length === 0 ? scalar(value, head, refuse) : refuse(head.number + 1)];
  });
  return new Map(entries);
}

/** Cuts lines where one begins an entry at the indentation of the first. */
function cut(lines: readonly Line[], begins: (line: Line) => boolean, refuse: Refuse): readonly (readonly [Line, ...Line[]])[] {
  const blocks: [Line, ...Line[]][] = [];
  const indent = lines[0]?.indent ?? 0;
  for (const line of lines) {
    const block = blocks.at(-1);
    if (line.indent === indent && begins(line)) blocks.push([line]);
    else if (block === undefined || line.indent < indent) refuse(line.number);
    else block.push(line);
  }
  return blocks;
}

function keyOf({ text }: Line): readonly [string, string] | undefined {
  const {
    quoted,
    single,
    plain,
    value = '',
  } = /^(?:"(?<quoted>[^"\\]*)"|'(?<single>[^']*)'|(?<plain>[^\s"'[{&*!|>%@`-][^:]*?))\s*:(?:\s+(?<value>.*))?$/.exec(text)?.groups ?? {};
  const key = quoted ?? single ?? plain;
  return key === undefined ? undefined : [key, value];
}

function scalar(text: string, { number }: Line, refuse: Refuse): Node {
  if (/^\[.*\]$/.test(text))
    return text
      .slice(1, -1)
      .split(',')
      .map((part) => unquoted(part.trim(), number, refuse));
  return unquoted(text, number, refuse);
}

function unquoted(text: string, number: number, refuse: Refuse): string {
  if (/^"[^"\\]*"$|^'[^']*'$/.test(text)) return text.slice(1, -1);
  return /^["'[\]{}&*!|>%@`]/.test(text) ? refuse(number) : text;
}
