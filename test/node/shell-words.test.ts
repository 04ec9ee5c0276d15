import { describe, expect, test } from 'vitest';
import { shellWords } from '../../src/node/shell-words.ts';

describe('the editor command', () => {
  test.each<[string, readonly string[]]>([
    ['vim', ['vim']],
    ['  code   --wait\t-n ', ['code', '--wait', '-n']],
    [`'/opt/my editor/bin' "a b" c\\ d`, ['/opt/my editor/bin', 'a b', 'c d']],
    [`a"b c"d'e f'`, ['ab cde f']],
    [`"a\\"b" 'a\\b'`, ['a"b', 'a\\b']],
    [`sh -c 'echo $1; exit'`, ['sh', '-c', 'echo $1; exit']],
    ['vim # the best', ['vim']],
    ['vim#best', ['vim#best']],
    [`a '' b`, ['a', '', 'b']],
    ['', []],
  ])('%s', (command, words) => {
    expect(shellWords(command)).toEqual(words);
  });

  test.each(["'open", '"open', '"open\\', 'end\\'])('%s is refused', (command) => {
    expect(() => shellWords(command)).toThrow(/not closed|backslash/);
  });
});
