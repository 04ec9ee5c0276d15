import { describe, expect, test } from 'vitest';
import { type FlagSpec, parseArguments } from '../../src/cli/argv.ts';

const specs: readonly FlagSpec[] = [
  { name: 'in-place', short: 'i', takes: 'nothing', help: '' },
  { name: 'local', takes: 'nothing', on: true, env: 'LOCAL', help: '' },
  { name: 'age', short: 'a', takes: 'text', env: 'AGE', help: '' },
  { name: 'indent', takes: 'number', help: '' },
  { name: 'keyservice', takes: 'texts', env: 'SERVICES', help: '' },
];
const parse = (argv: readonly string[], env: Record<string, string> = {}): ReturnType<typeof parseArguments> =>
  parseArguments(argv, specs, env);

describe('a command line', () => {
  test('takes flags before and behind words, with one dash or two, with = or without', () => {
    for (const argv of [
      ['-i', '--age', 'x', 'file'],
      ['file', '--in-place', '-age=x'],
      ['--age=x', 'file', '-i=true'],
      ['-a', 'x', '-in-place', 'file'],
    ]) {
      const { words, flags } = parse(argv);
      expect(words).toEqual(['file']);
      expect(flags.isOn('in-place')).toBe(true);
      expect(flags.text('age')).toBe('x');
    }
  });

  test('the last of two values counts, but for flags that take several', () => {
    const { flags } = parse(['--age', 'x', '--keyservice', 'a', '-a', 'y', '--keyservice', 'b']);
    expect(flags.text('age')).toBe('y');
    expect(flags.texts('keyservice')).toEqual(['a', 'b']);
  });

  test('the environment stands in for a flag that is not given; empty is as unset', () => {
    expect(parse([], { AGE: 'x' }).flags.text('age')).toBe('x');
    expect(parse(['--age', 'y'], { AGE: 'x' }).flags.text('age')).toBe('y');
    expect(parse([], { AGE: '' }).flags.text('age')).toBeUndefined();
    expect(parse([], { SERVICES: 'a, b' }).flags.texts('keyservice')).toEqual(['a', 'b']);
    expect(parse([], { LOCAL: 'false' }).flags.isOn('local')).toBe(false);
  });

  test('a flag that is on by default can be switched off', () => {
    expect(parse([]).flags.isOn('local')).toBe(true);
    expect(parse(['--local=false']).flags.isOn('local')).toBe(false);
  });

  test('-- ends flags, - is a word, and so is a negative number behind a word', () => {
    expect(parse(['-', '--', '-i', '--foo']).words).toEqual(['-', '-i', '--foo']);
    expect(parse(['f', '["a"]', '-5']).words).toEqual(['f', '["a"]', '-5']);
  });

  test.each<[readonly string[], RegExp]>([
    [['--agee', 'x'], /flag provided but not defined: --agee/],
    [['--age'], /needs an argument/],
    [['--indent', 'two'], /whole number/],
    [['-i=perhaps'], /true or false/],
  ])('%s is refused', (argv, message) => {
    expect(() => parse(argv)).toThrow(message);
  });
});
