import { array, assert, boolean, constantFrom, property, tuple } from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { loadRegexps } from '../../src/metadata/regexp.ts';
import { automaton } from '../../src/metadata/regexp-automaton.ts';
import { parsePlain } from '../../src/metadata/regexp-syntax.ts';

const search = async (pattern: string, text: string): Promise<boolean> => (await loadRegexps([pattern]))(pattern)(text);

const pieces = [
  'a',
  'b',
  'k',
  's',
  'K',
  'S',
  '_',
  '.',
  '^',
  '$',
  '|',
  '(',
  ')',
  '(?:',
  '[',
  '[^',
  ']',
  '-',
  '*',
  '+',
  '?',
  '\\.',
  '\\d',
  '\\w',
  '\\W',
  '\\s',
  '[a-c]',
  '[^a-k]',
  '[]a]',
  '[\\w-]',
  'é',
  '\n',
];
const pattern = tuple(boolean(), array(constantFrom(...pieces), { maxLength: 7 })).map(
  ([folds, parts]) => (folds ? '(?i)' : '') + parts.join(''),
);
const text = array(constantFrom('a', 'b', 'k', 'K', 's', 'S', '\u212A', '\u017F', '_', '.', '-', '1', ' ', '\n', 'é', '😀'), {
  maxLength: 6,
}).map((parts) => parts.join(''));

describe('regular expressions', () => {
  it('mean the same on the automaton and in re2js', () => {
    let compared = 0;
    assert(
      property(pattern, array(text, { minLength: 5, maxLength: 5 }), (expression, texts) => {
        const part = parsePlain(expression);
        if (!part) return;
        compared++;
        const ours = texts.map(automaton(part));
        const reference = RE2JS.compile(expression);
        expect(ours).toEqual(texts.map((one) => reference.matcher(one).find()));
      }),
      { numRuns: 3000 },
    );
    expect(compared).toBeGreaterThan(500);
  });

  it.each([
    ['^(data|stringData)$', 'stringData', true],
    ['^(data|stringData)$', 'metadata', false],
    ['secrets/.*\\.ya?ml$', 'a/secrets/b.yml', true],
    ['^[^/]+\\.yaml$', 'a/b.yaml', false],
    ['a$', 'a\n', false],
    ['(?i)^k$', '\u212A', true],
    ['^\\d+$', '٣', false],
    ['^.$', '😀', true],
    ['\\bprod\\b', 'a-prod.yaml', true],
    ['^a{2,3}$', 'aaaa', false],
    ['\\p{Greek}', 'ω', true],
  ])('%s on %j: %s', async (expression, one, expected) => {
    expect(await search(expression, one)).toBe(expected);
  });

  it.each(['[', '(', 'a**', '(?=a)', '\\1', '*a', 'a{1001}'])('refuses %s', async (expression) => {
    await expect(search(expression, 'a')).rejects.toThrow(expect.objectContaining({ code: 'MALFORMED_PATTERN' }));
  });

  it('take bounded time on texts that make others backtrack', async () => {
    const start = performance.now();
    expect(await search('^(a|a)*(a*)*b.*c.*d$', 'a'.repeat(100_000))).toBe(false);
    expect(await search(`${'a?'.repeat(100)}${'a'.repeat(50)}b`, 'a'.repeat(2000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
