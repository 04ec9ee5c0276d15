import { SopsError } from '../errors.ts';

const space = /[ \t\r\n]/;

/**
 * Cuts a command into words as sops does for `$EDITOR` (google/shlex): quotes `'…'` and `"…"`, `\` before any character but inside `'…'`, and `#` at the start of a word opens a
 * comment. Nothing is expanded. Throws `EDITOR_FAILED` where a quote stays open.
 */
export function shellWords(command: string): readonly string[] {
  const words: string[] = [];
  let at = 0;
  while (at < command.length) {
    const character = command.charAt(at);
    if (space.test(character)) at++;
    else if (character === '#') at = endOfLine(command, at);
    else {
      const word = readWord(command, at);
      words.push(word.text);
      at = word.end;
    }
  }
  return words;
}

function endOfLine(command: string, at: number): number {
  const end = command.indexOf('\n', at);
  return end === -1 ? command.length : end;
}

interface Piece {
  readonly text: string;
  readonly end: number;
}

function readWord(command: string, start: number): Piece {
  let text = '';
  let at = start;
  while (at < command.length && !space.test(command.charAt(at))) {
    const piece = readPiece(command, at);
    text += piece.text;
    at = piece.end;
  }
  return { text, end: at };
}

function readPiece(command: string, at: number): Piece {
  const character = command.charAt(at);
  if (character === '"' || character === "'") return readQuoted(command, at + 1, character);
  if (character === '\\') return readEscaped(command, at);
  return { text: character, end: at + 1 };
}

function readEscaped(command: string, at: number): Piece {
  if (at + 1 >= command.length) throw new SopsError('EDITOR_FAILED', 'nothing follows the last backslash');
  return { text: command.charAt(at + 1), end: at + 2 };
}

function readQuoted(command: string, start: number, quote: string): Piece {
  let text = '';
  let at = start;
  while (at < command.length) {
    if (command.charAt(at) === quote) return { text, end: at + 1 };
    const piece = quote === '"' && command.charAt(at) === '\\' ? readEscaped(command, at) : { text: command.charAt(at), end: at + 1 };
    text += piece.text;
    at = piece.end;
  }
  throw new SopsError('EDITOR_FAILED', `a ${quote} is not closed`);
}
