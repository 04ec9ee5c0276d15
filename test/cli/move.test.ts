// Values that move: our text, the values that real sops then reads, and what keeps its ciphertext.
import { describe, expect, it } from 'vitest';
import { textOf } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { sealedFolder } from '../support/sealed-folder.ts';

const yaml = [
  '# head',
  '',
  '# about db',
  'db:',
  '  # the user',
  '  # of it',
  '  user: "u"   # inline',
  '  pem: |',
  '    a',
  '      b',
  '  hosts: [a, "b"]',
  'other:',
  '    # c',
  "    x: '1'",
  'last: 0x1F',
  '',
].join('\n');

describe.skipIf(lacks('sops', 'age-keygen'))('move', () => {
  const { path, ours, opened, seal, ciphertexts } = sealedFolder('move');

  /** Moves in a fresh file; answers what the file then decrypts to. */
  function moved(name: string, text: string, from: string, to: string): ReturnType<typeof opened> & { readonly lost: number } {
    seal({ [name]: text });
    const before = ciphertexts(name);
    expect(ours('move', name, from, to)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const after = ciphertexts(name);
    return { ...opened(name), lost: before.filter((one) => !after.includes(one)).length };
  }

  it('gives a key another name in its place, and leaves everything else', () => {
    const { text, lost } = moved('a.yaml', yaml, '["db"]["user"]', '["db"]["login"]');
    expect(text).toBe(yaml.replace('user: "u"', 'login: "u"'));
    expect(lost).toBe(1);
  });

  it('takes a value elsewhere with its spelling and the comments above it', () => {
    const { text, json, lost } = moved('a.yaml', yaml, '["db"]["user"]', '["other"]["user"]');
    const lines = '  # the user\n  # of it\n  user: "u"   # inline\n';
    expect(text).toBe(yaml.replace(lines, '').replace("    x: '1'\n", `    x: '1'\n${lines.replaceAll(/^ {2}/gm, '    ')}`));
    expect(json).toMatchObject({ other: { x: '1', user: 'u' } });
    // The value, the comment of two lines above it, and the one behind it.
    expect(lost).toBe(4);
  });

  it('takes a branch below keys that are not there yet', () => {
    const { text, json } = moved('a.yaml', yaml, '["other"]', '["db"]["new"]["other"]');
    expect(text).toContain('  hosts: [a, "b"]\n  new:\n    other:\n        # c\n        x: \'1\'\nlast: 0x1F\n');
    expect(json).toMatchObject({ db: { new: { other: { x: '1' } } }, last: 31 });
  });

  it.each([
    ['["db"]["hosts"][0]', '["db"]["hosts"][+]', { db: { hosts: ['b', 'a'] } }],
    ['["db"]["hosts"][1]', '["host"]', { db: { hosts: ['a'] }, host: 'b' }],
    ['["last"]', '["db"]["hosts"][+]', { db: { hosts: ['a', 'b', 31] } }],
    ['["other"]["x"]', '["x"]', { other: {}, x: '1' }],
    ['["db"]["pem"]', '["pem"]', { pem: 'a\n  b\n' }],
  ])('moves %s to %s', (from, to, holds) => {
    const { json, text } = moved('a.yaml', yaml, from, to);
    expect(json).toMatchObject(holds);
    expect(text).toContain('# head\n');
  });

  it('moves in JSON, in INI and in dotenv files', () => {
    expect(moved('a.json', '{"a": {"b" : 1.50, "c": [true]}}\n', '["a"]["b"]', '["a"]["new"]').text).toBe(
      '{"a": {"new" : 1.50, "c": [true]}}\n',
    );
    expect(moved('a.json', '{\n  "a": {\n    "b": 1\n  },\n  "z": {}\n}\n', '["a"]["b"]', '["z"]["b"]').json).toEqual({
      a: {},
      z: { b: 1 },
    });
    expect(moved('a.ini', '; top\n[s]\n; about a\na = 1\nb = 2\n\n[t]\nc : 3\n', '["s"]["a"]', '["t"]["a"]').text).toBe(
      '; top\n[s]\nb = 2\n\n[t]\nc : 3\n; about a\na = 1\n',
    );
    expect(moved('a.env', '# about A\nA=1\nB=2\n', '["A"]', '["C"]').text).toBe('# about A\nC=1\nB=2\n');
  });

  it('takes in what is to be encrypted in its new place, and gives out what is not', () => {
    seal({ 'a.yaml': 'a: secret\nb_unencrypted: clear\n' });
    ours('move', 'a.yaml', '["a"]', '["a_unencrypted"]');
    ours('move', 'a.yaml', '["b_unencrypted"]', '["b"]');
    const text = textOf(path, 'a.yaml');
    expect(text).toContain('a_unencrypted: secret\n');
    expect(text).not.toContain('clear');
    expect(opened('a.yaml').json).toEqual({ a_unencrypted: 'secret', b: 'clear' });
  });

  it.each([
    ['["db"]["usr"]', '["x"]', 'did you mean ["db"]["user"]?'],
    ['["last"]', '["other"]', 'something stands there already'],
    ['["db"]', '["db"]["db"]', 'that is in it'],
    ['["db"]', '["db"]', 'that is in it'],
    ['["other"]', '["last"]["other"]', 'a value stands on the way'],
    ['["db"]["user"]', '["db"][0]', 'takes a key'],
  ])('refuses to move %s to %s', (from, to, says) => {
    seal({ 'a.yaml': yaml });
    const before = textOf(path, 'a.yaml');
    const { status, stderr } = ours('move', 'a.yaml', from, to);
    expect(status).toBe(1);
    expect(stderr).toContain(says);
    expect(textOf(path, 'a.yaml')).toBe(before);
  });

  it('needs a file and two paths', () => {
    expect(ours('move', 'a.yaml', '["db"]').status).toBe(100);
    expect(ours('move', 'a.yaml', 'db', '["x"]').status).toBe(7);
  });
});
