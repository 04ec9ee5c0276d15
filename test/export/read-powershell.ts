/** Every character that PowerShell takes for a single quote. */
const quote = "['\u2018-\u201B]";
const literal = new RegExp(`${quote}((?:[^'\u2018-\u201B]|${quote}{2})*)${quote}`, 'y');
const character = /\[char\]0x([0-9a-f]{4})/y;
const start = /\$\{Env:([\w.-]+)\} = /y;

/** Reads the part of a pattern at a place, and moves on. */
function take(pattern: RegExp, text: string, at: number): readonly [string, number] | undefined {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found === null ? undefined : [found[1] ?? '', pattern.lastIndex];
}

/** A sum of texts in single quotes, in which two quotes are one, and of characters by number: about_Quoting_Rules, about_Character_Literals. */
function readSum(line: string, from: number): string {
  let value = '';
  let at = from;
  for (;;) {
    const text = take(literal, line, at);
    const part = text ?? take(character, line, at);
    if (part === undefined) throw new Error('no text and no character');
    value +=
      text === undefined
        ? String.fromCharCode(Number.parseInt(part[0], 16))
        : part[0].replaceAll(/(['\u2018-\u201B])['\u2018-\u201B]/g, '$1');
    [, at] = part;
    if (at === line.length) return value;
    if (line.charAt(at) !== '+') throw new Error('no sum');
    at += 1;
  }
}

/** Reads assignments as `Invoke-Expression` does, which a pipe gives one line at a time. */
export function readPowerShell(script: string): Readonly<Record<string, string>> {
  const lines = script.split(/\r?\n/).filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const head = take(start, line, 0);
      if (head === undefined) throw new Error('no assignment');
      return [head[0], readSum(line, head[1])];
    }),
  );
}
