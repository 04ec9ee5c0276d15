import { describe, expect, it } from 'vitest';
import type { TreePath } from '../../src/document/path.ts';
import { splice } from '../../src/document/splice.ts';
import type { Node } from '../../src/document/tree.ts';
import { ini } from '../../src/formats/ini/index.ts';

const text = (value: string): Node => ({ kind: 'leaf', type: 'str', text: value });
const set = (source: string, path: TreePath, value: Node): string => splice(source, ini.set(ini.parse(source), path, value));
const unset = (source: string, path: TreePath): string => splice(source, ini.unset(ini.parse(source), path));

const metadata = '\n[sops]\nmac = ENC[]\n';

describe('setting a value in INI', () => {
  it.each([
    ['keeps its quotes', '[s]\na = "old" # why\n', 'new', '[s]\na = "new" # why\n'],
    ['quotes what needs it', '[s]\na = old\n', 'x#y', '[s]\na = `x#y`\n'],
    ['keeps several lines in their quotes', '[s]\na = `x\ny`\n', 'p\nq', '[s]\na = `p\nq`\n'],
    ['puts several lines in quotes', '[s]\r\na=x\r\n', 'p\nq', '[s]\r\na="""p\nq"""\r\n'],
    ['keeps a comment behind it apart', '[s]\na = # why\n', 'x', '[s]\na = x # why\n'],
    ['moves the comment where the value could not be read before it', '[s]\n  a = x ; why\n', 'p#q', '[s]\n  ; why\n  a = `p#q`\n'],
    ['takes the last of several', '[s]\na = 1\na = 2\n', '3', '[s]\na = 1\na = 3\n'],
  ])('%s', (_, source, value, wanted) => {
    expect(set(source, ['s', 'a'], text(value))).toBe(wanted);
  });

  it.each([
    ['in the column of its neighbours', '[s]\nhost     = x\npassword = y\n', '[s]\nhost     = x\npassword = y\nnew      = z\n'],
    ['as tight as its neighbours', '[s]\na=x', '[s]\na=x\nnew=z'],
    ['indented and quoted like its neighbours', '[s]\r\n\ta: "x"\r\n\r\n[t]\r\n', '[s]\r\n\ta: "x"\r\n\tnew: "z"\r\n\r\n[t]\r\n'],
    ['under an empty section', '[s]\n\n[t]\nb=1\n', '[s]\nnew=z\n\n[t]\nb=1\n'],
    ['in a section of its own, at the end', '[t]\nb=1\n', '[t]\nb=1\n\n[s]\nnew=z\n'],
    ['in a section of its own, before the metadata', `[t]\nb = 1\n${metadata}`, `[t]\nb = 1\n\n[s]\nnew = z\n${metadata}`],
    ['in a section of its own, before comments that belong to nothing', '[t]\nb = 1\n; end', '[t]\nb = 1\n\n[s]\nnew = z\n; end'],
    ['in a new file', '', '[s]\nnew = z\n'],
  ])('adds a key %s', (_, source, wanted) => {
    expect(set(source, ['s', 'new'], text('z'))).toBe(wanted);
  });

  it('adds a key outside of sections above them', () => {
    expect(set('; of s\n[s]\na = x\n', ['DEFAULT', 'k'], text('v'))).toBe('k = v\n\n; of s\n[s]\na = x\n');
  });

  it('puts a name in quotes that could not be read without', () => {
    expect(set('[s]\na=x\n', ['s', 'p=q'], text('v'))).toBe('[s]\na=x\n`p=q`=v\n');
    expect(set('[s]\na = x\n', ['s', '#1'], text('v'))).toBe('[s]\na = x\n`#1` = v\n');
  });

  it('replaces a whole section', () => {
    const value: Node = { kind: 'mapping', items: [{ kind: 'entry', key: 'b', value: { kind: 'leaf', type: 'bool', text: 'True' } }] };
    expect(set('; c\n[s]\na=x\nz=y\n\n[t]\n', ['s'], value)).toBe('; c\n[s]\nb=true\n\n[t]\n');
  });

  it.each([
    [['s'], text('x'), 'UNPRINTABLE_DOCUMENT'],
    [['s', 'a', 'b'], text('x'), 'UNPRINTABLE_DOCUMENT'],
    [['s', 'a'], { kind: 'sequence', items: [] } satisfies Node, 'UNPRINTABLE_DOCUMENT'],
    [['s', 0], text('x'), 'PATH_NOT_FOUND'],
    [['sops', 'mac'], text('x'), 'UNSUPPORTED'],
    [['s', '-'], text('x'), 'UNSUPPORTED'],
    [['s', 'two\nlines'], text('x'), 'UNSUPPORTED'],
    [['two\nlines', 'a'], text('x'), 'UNSUPPORTED'],
  ] as const)('refuses %j', (path, value, code) => {
    expect(() => set('[s]\na = 1\n', path, value)).toThrow(expect.objectContaining({ code }));
  });
});

describe('removing from INI', () => {
  it.each([
    ['a key and the comment directly above', '[s]\n; far\n\n; near\na = 1\nb = 2\n', ['s', 'a'], '[s]\n; far\n\nb = 2\n'],
    ['a key of several lines', '[s]\na = """x\ny"""\nb = 2\n', ['s', 'a'], '[s]\nb = 2\n'],
    ['all that was set for a key', '[s]\na = 1\nb = 2\na = 3\n', ['s', 'a'], '[s]\nb = 2\n'],
    ['the last key of a text without a final line end', '[s]\r\na = 1\r\nb = 2', ['s', 'b'], '[s]\r\na = 1'],
    ['a section', '[r]\n\n; of s\n[s]\na = 1\n\n[t]\nb = 2\n', ['s'], '[r]\n\n[t]\nb = 2\n'],
  ])('takes %s', (_, source, path, wanted) => {
    expect(unset(source, path)).toBe(wanted);
  });

  it.each([[['x']], [['s', 'x']], [['s', 'a', 'x']], [['sops', 'mac']]])('refuses %j', (path) => {
    expect(() => unset(`[s]\na = 1\n${metadata}`, path)).toThrow(expect.objectContaining({ code: 'PATH_NOT_FOUND' }));
  });
});
