// What `set` does beyond sops: several values, appending, values that are made or asked for. Real sops reads all that comes of it.
import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { textOf } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { hasTerminal, sealedFolder } from '../support/sealed-folder.ts';

const yaml = '# head\ndb:\n  user: "u" # who\n  port: 1\nlist:\n  - one\n  - x: 2\nflow: [a, b]\nempty: []\nnone: null\n';
const json = '{"list": [1, 2], "db": {"user": "u"}}\n';

describe.skipIf(lacks('sops', 'age-keygen'))('set', () => {
  const { path, env, ours, opened, seal, ciphertexts } = sealedFolder('set-many');
  const fresh = (): void => seal({ 'a.yaml': yaml, 'a.json': json, 'a.env': 'A=1\nB=2\n', 'a.ini': '[s]\na = 1\n' });

  it('sets several values in one write, and leaves the ciphertext of all others', () => {
    fresh();
    const before = ciphertexts('a.yaml');
    expect(ours('set', 'a.yaml', '["db"]["port"]', '5432', '["db"]["tls"]', 'true', '["new"]["deep"]', '{"a": [1]}')).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(opened('a.yaml').text).toBe(
      '# head\ndb:\n  user: "u" # who\n  port: 5432\n  tls: true\nlist:\n  - one\n  - x: 2\nflow: [a, b]\nempty: []\nnone: null\nnew:\n  deep:\n    a:\n      - 1\n',
    );
    const after = ciphertexts('a.yaml');
    expect(before.filter((one) => !after.includes(one))).toHaveLength(1);
  });

  it('sees what it set before: a value below one that it made, two at the end of a list', () => {
    fresh();
    ours('set', 'a.json', '["new"]', '{}', '["new"]["x"]', '"y"', '["list"][+]', '3', '["list"][+]', '4');
    expect(opened('a.json').json).toEqual({ list: [1, 2, 3, 4], db: { user: 'u' }, new: { x: 'y' } });
  });

  it.each([
    ['["list"][+]', '"three"', { list: ['one', { x: 2 }, 'three'] }],
    ['["list"][+]["y"]', '3', { list: ['one', { x: 2 }, { y: 3 }] }],
    ['["flow"][+]', '"c"', { flow: ['a', 'b', 'c'] }],
    ['["empty"][+]', '"first"', { empty: ['first'] }],
    ['["none"][+]', '"first"', { none: ['first'] }],
    ['["made"]["list"][+]', '"first"', { made: { list: ['first'] } }],
  ])('appends to a list: %s', (place, value, holds) => {
    fresh();
    const before = ciphertexts('a.yaml');
    expect(ours('set', 'a.yaml', place, value)).toMatchObject({ status: 0, stderr: '' });
    expect(opened('a.yaml').json).toMatchObject(holds);
    expect(before.filter((one) => !ciphertexts('a.yaml').includes(one))).toEqual([]);
  });

  it.each([
    ['a.yaml', '["db"][+]', 'takes a key, not [+]'],
    ['a.yaml', '["db"]["user"][+]', 'no place for another'],
    ['a.env', '["A"][+]', ''],
  ])('refuses to append where there is no list: %s %s', (file, place, says) => {
    fresh();
    const before = textOf(path, file);
    const { status, stderr } = ours('set', file, place, '1');
    expect(status).not.toBe(0);
    expect(stderr).toContain(says);
    expect(textOf(path, file)).toBe(before);
  });

  it('writes nothing where one of several cannot be set', () => {
    fresh();
    const before = textOf(path, 'a.yaml');
    expect(ours('set', 'a.yaml', '["db"]["port"]', '1', '["list"]["x"]', '2').status).toBe(1);
    expect(ours('set', 'a.yaml', '["db"]["port"]', '1', '["db"]["user"]', 'bare').status).toBe(7);
    expect(ours('set', 'a.yaml', '["db"]["port"]', '1', 'db', '2').status).toBe(7);
    expect(textOf(path, 'a.yaml')).toBe(before);
  });

  it('reads each value from a file, with --value-file', () => {
    fresh();
    seal({});
    ours('set', '--value-file', 'a.env', '["A"]', 'one.json');
    expect(ours('set', '--value-file', 'a.env', '["A"]', 'one.json').stderr).toContain('no such file');
  });

  it.each([['a.yaml'], ['a.json'], ['a.ini']])('makes random values, another for each path: %s', (file) => {
    fresh();
    const [one, other] = file === 'a.ini' ? ['["s"]["a"]', '["s"]["b"]'] : ['["db"]["user"]', '["db"]["key"]'];
    const { stdout, stderr, status } = ours('set', '--generate', '32', file, one, other);
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
    const values = [one, other].map((place) => ours('decrypt', '--extract', place, file).stdout.trim());
    for (const value of values) expect(value).toMatch(/^[\w-]{43}$/);
    expect(new Set(values).size).toBe(2);
    opened(file);
  });

  it('draws from an alphabet', () => {
    fresh();
    ours('set', '--generate', '200', '--alphabet', 'abcé', 'a.env', '["B"]');
    expect(ours('decrypt', '--extract', '["B"]', 'a.env').stdout).toMatch(/^[abcé]{200}$/);
    expect(new Set(ours('decrypt', '--extract', '["B"]', 'a.env').stdout).size).toBe(4);
  });

  it.each([
    [['--generate', '0'], 'a length is a number'],
    [['--generate', '-5'], 'a length is a number'],
    [['--generate', '99999'], 'a length is a number'],
    [['--generate', '5', '--alphabet', 'a'], 'an alphabet'],
    [['--generate', '5', '--alphabet', 'aab'], 'an alphabet'],
    [['--alphabet', 'ab'], '--alphabet goes with --generate'],
    [['--generate', '5', '--value-stdin'], 'cannot use both'],
    [['--ask', '--value-file'], 'cannot use both'],
    [['--ask'], 'there is no terminal'],
  ])('refuses %j', (flags, says) => {
    fresh();
    const { status, stderr } = ours('set', ...flags, 'a.env', '["B"]');
    expect(status).toBe(1);
    expect(stderr).toContain(says);
  });

  it('warns of a mapping that it makes where one of almost that name is', () => {
    fresh();
    expect(ours('set', 'a.yaml', '["lists"]["x"]', '1').stderr).toContain('did you mean ["list"]?');
    expect(ours('set', 'a.yaml', '["db"]["users"]', '1').stderr).toBe('');
    const before = textOf(path, 'a.yaml');
    expect(ours('set', '--strict', 'a.yaml', '["lst"]["x"]', '1').status).toBe(1);
    expect(textOf(path, 'a.yaml')).toBe(before);
  });

  it('says what a path to remove or to extract may have meant', () => {
    fresh();
    expect(ours('unset', 'a.yaml', '["db"]["prot"]').stderr).toContain('did you mean ["db"]["port"]?');
    expect(ours('decrypt', '--extract', '["DB"]["user"]', 'a.yaml').stderr).toContain('did you mean ["db"]["user"]?');
    expect(ours('decrypt', '--extract', '["user"]', 'a.yaml').stderr).toContain('did you mean ["db"]["user"]?');
    expect(ours('decrypt', '--extract', '["nothing like it"]', 'a.yaml').stderr).not.toContain('did you mean');
    expect(ours('decrypt', '--extract', '["list"][+]', 'a.yaml').status).toBe(91);
  });

  it.skipIf(!hasTerminal)('asks at the terminal, without echo, for each path', async () => {
    fresh();
    const line = [...program, 'set', '--ask', 'a.yaml', '["db"]["user"]', '["db"]["port"]'].map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      cwd: path,
      env: { PATH: process.env['PATH'], HOME: path, ...env },
      timeout: 30_000,
    });
    const typed = ['it\'s "new"\r', '007\r'];
    let shown = '';
    let asked = 0;
    await new Promise((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        shown += part;
        const questions = shown.split('Value of ').length - 1;
        if (questions > asked && shown.endsWith(': ')) {
          const answer = typed[asked] ?? '';
          asked = questions;
          setTimeout(() => child.stdin.write(answer), 100);
        }
      });
      child.on('close', resolve);
    });
    expect(shown).toContain('Value of ["db"]["user"]: ');
    expect(shown).not.toMatch(/new|007/);
    expect(opened('a.yaml').json).toMatchObject({ db: { user: 'it\'s "new"', port: '007' } });
  });
});
