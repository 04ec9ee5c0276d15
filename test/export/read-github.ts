/** Reads the file of `GITHUB_ENV` as the runner does: `NAME<<DELIMITER`, lines, `DELIMITER`, or `NAME=VALUE`. */
export function readEnvironmentFile(text: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('the last line has no end');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line === '') continue;
    const [, name, sign, rest = ''] = /^(.*?)(<<|=)(.*)$/s.exec(line) ?? [];
    if (name === undefined || name === '') throw new Error('invalid format');
    if (sign === '=') {
      variables.set(name, rest);
      continue;
    }
    const end = lines.indexOf(rest, at + 1);
    if (end === -1 || rest === '') throw new Error('matching delimiter not found');
    variables.set(name, lines.slice(at + 1, end).join('\n'));
    at = end;
  }
  return variables;
}

const command = /^::add-mask::(.*)$/s;
const signs: Readonly<Record<string, string>> = { '%0D': '\r', '%0A': '\n', '%25': '%' };

/** The values that commands of a log ask to be masked. */
export const masksIn = (log: string): readonly string[] =>
  log.split('\n').flatMap((line) => {
    const [, value] = command.exec(line) ?? [];
    return value === undefined ? [] : [value.replaceAll(/%(?:0D|0A|25)/g, (sign) => signs[sign] ?? sign)];
  });
