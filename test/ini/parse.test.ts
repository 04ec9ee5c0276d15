import { describe, expect, it } from 'vitest';
import { splice } from '../../src/document/splice.ts';
import { ini } from '../../src/formats/ini/index.ts';
import { ciphertext, openAll, placed, sealAll } from '../support/round-trip.ts';

describe('INI that cannot be read', () => {
  it.each([
    ['[open\n', 1, 1],
    ['a = 1\n  []\n', 2, 3],
    ['a = 1\n\nhunter2\n', 3, 1],
    ['= hunter2', 1, 1],
    ['`hunter2 = 1\n', 1, 1],
    ['"" = hunter2\n', 1, 1],
    ['[s]\na = `hunter2\nhunter2\n', 2, 1],
  ])('is refused with the place and without the text: %j', (source, line, column) => {
    expect(() => ini.parse(source)).toThrow(
      expect.objectContaining({ code: 'MALFORMED_DOCUMENT', details: { position: { line, column } } }),
    );
    expect(() => ini.parse(source)).not.toThrow(/hunter2/);
  });
});

describe('the style of an INI value', () => {
  const styles = ['a = x # why', "a = 'x y'", 'a="x"', 'a : `x`', 'a = """x\ny"""', 'a = `x\r\n  y`', '\ta\t=\tx\r', "a = `'x'`"];
  const comments = ['#c\na=1', ';; c\na=1', '[s]\n; c\n; d\na=1', '# c\n[s]', '#; c\n[s]', '#\n# banner\n#\n[s]'];

  it.each([...styles, ...comments])('comes back from the ciphertext: %j', (source) => {
    const { sealed, texts } = sealAll(ini, source);
    expect(sealed).not.toBe(source);
    expect(openAll(ini, sealed, texts)).toBe(source);
  });

  it('gives way where real sops would not see a comment', () => {
    expect(sealAll(ini, 'a = `x\ny` # c').sealed).toBe(`a = ${ciphertext(0, 'str')} # ${ciphertext(1, 'comment')}`);
  });

  it('moves a comment out of the line of a header, which ends at its last bracket', () => {
    expect(sealAll(ini, '; a\n  [s] junk # b').sealed).toBe(`; ${ciphertext(0, 'comment')}\n  [s]`);
  });
});

describe('an INI comment with an empty first line', () => {
  it('keeps a mark there, without which real sops panics when it prints the comment', () => {
    const { branches } = ini.parse('#\n# banner\n#\n[s]\na = 1\n');
    expect(ini.print(branches, {})).toBe('# \n# banner\n# \n[s]\na = 1\n');
  });
});

describe('what real sops does not see in INI', () => {
  it('does not stay', () => {
    const source = '[s] junk\n`a` junk = `x` junk\nb = old\n; of b\nb = new\nc = 1\n; trailing\n';
    expect(sealAll(ini, source).sealed).toBe(
      `[s] \n\`a\`  = \`${ciphertext(0, 'str')}\` \nb = \n; ${ciphertext(2, 'comment')}\nb = ${ciphertext(1, 'str')}\nc = ${ciphertext(3, 'str')}\n\n`,
    );
  });

  it('falls under the rule of the key it stands at', () => {
    const found = placed(ini.parse('[s]\nb = old\na = `x` junk\nb = new\n; trailing\n')).filter(({ item }) => item.kind === 'comment');
    expect(found.map(({ aad, item }) => [aad, item.text])).toEqual([
      ['s:b:', 'old'],
      ['s:a:', 'junk'],
      [':', '; trailing'],
    ]);
  });
});

describe('an INI value that is not sealed as a string', () => {
  it('is printed as it was spelled', () => {
    const document = ini.parse('[s]\na = x\n');
    const leaf = placed(document)[0]?.item;
    const opened = { kind: 'leaf', type: 'float', text: '1.5', spelling: '1.50' } as const;
    expect(leaf && splice(document.source, [ini.open(document, leaf, opened)])).toBe('[s]\na = 1.50\n');
  });
});
