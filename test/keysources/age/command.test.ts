import { describe, expect, it } from 'vitest';
import { splitCommand } from '../../../src/keysources/age/command.ts';

/** As google/shlex splits, which sops uses. */
describe('a command', () => {
  it.each([
    ['', []],
    ['  \t\n', []],
    ['age-key', ['age-key']],
    ['  pass show  age/key\n', ['pass', 'show', 'age/key']],
    [`a 'b c' "d e"`, ['a', 'b c', 'd e']],
    [`a'b c'd"e f"g`, ['ab cde fg']],
    [String.raw`a\ b c\"d 'e\f' "g\"h\i"`, ['a b', 'c"d', String.raw`e\f`, 'g"hi']],
    [`'' ""`, ['', '']],
    ['a # b\nc d#e', ['a', 'c', 'd#e']],
    ['echo $HOME ~ *', ['echo', '$HOME', '~', '*']],
    ['a\\\nb', ['a\nb']],
  ])('%j is split as sops splits it', (command, words) => {
    expect(splitCommand(command)).toEqual(words);
  });

  it.each([`a 'b`, `a "b`, 'a\\', `"a\\`])('%j is refused', (command) => {
    expect(() => splitCommand(command)).toThrow('the command ends within a quote or an escape');
  });
});
