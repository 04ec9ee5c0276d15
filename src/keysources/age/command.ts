import { SopsError } from '../../errors.ts';

/**
 * Splits a command into words as sops does (google/shlex): `'…'` is literal, `\` escapes the next character outside of it, `#` at the
 * start of a word begins a comment, nothing is expanded. Throws `MALFORMED_KEY` for an open quote or escape.
 */
export function splitCommand(text: string): readonly string[] {
  const words: string[] = [];
  let rest = text;
  for (;;) {
    rest = rest.replace(/^(?:[ \t\r\n]+|#[^\n]*)+/, '');
    if (rest === '') return words;
    const [word] = /^(?:[^ \t\r\n'"\\]|\\[^]|'[^']*'|"(?:[^"\\]|\\[^])*")+/u.exec(rest) ?? [''];
    rest = rest.slice(word.length);
    // A word ends before space or at the end; before anything else stands a quote or escape that is never closed.
    if (!/^(?:[ \t\r\n]|$)/.test(rest)) throw new SopsError('MALFORMED_KEY', 'the command ends within a quote or an escape');
    words.push(word.replace(/\\([^])|'([^']*)'|"((?:[^"\\]|\\[^])*)"/gu, unquote));
  }
}

function unquote(_all: string, escaped?: string, literal?: string, quoted?: string): string {
  return escaped ?? literal ?? quoted?.replace(/\\([^])/gu, '$1') ?? '';
}
