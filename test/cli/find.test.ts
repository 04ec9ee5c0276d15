import { describe, expect, it } from 'vitest';
import { fill, runProgram } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { sealedFolder } from '../support/sealed-folder.ts';

describe.skipIf(lacks('age-keygen'))('find', () => {
  const { path, ours } = sealedFolder('find', {
    'app.yaml': 'db:\n  password: a\n  users: [{name: b, token_unencrypted: c}]\nDB_PASSWORD: d\n"a]b\\"c": 1\n',
    'deep/er/api.env': 'API_TOKEN=1\n',
    'deep/conf.ini': '[smtp]\npassword = 1\n',
    'deep/blob.bin': 'password',
  });
  // No key: what is looked for is in clear.
  const found = (...argv: readonly string[]): readonly string[] =>
    runProgram(program, ['find', ...argv], { cwd: path })
      .stdout.split('\n')
      .slice(0, -1);

  it.each([
    [['password'], ['app.yaml: ["db"]["password"]', 'deep/conf.ini: ["smtp"]["password"]']],
    [['db.password'], ['app.yaml: ["db"]["password"]']],
    [['["db"]["password"]', '.'], ['app.yaml: ["db"]["password"]']],
    [
      ['*password', 'app.yaml'],
      ['app.yaml: ["db"]["password"]', 'app.yaml: ["DB_PASSWORD"]'],
    ],
    [['api_token'], ['deep/er/api.env: ["API_TOKEN"]']],
    [['smtp', 'deep'], ['deep/conf.ini: ["smtp"]']],
    [['users[0].n?me'], ['app.yaml: ["db"]["users"][0]["name"]']],
    [['users[*]'], ['app.yaml: ["db"]["users"][0]']],
    [
      ['password', 'deep/**/*.ini', 'app.*'],
      ['deep/conf.ini: ["smtp"]["password"]', 'app.yaml: ["db"]["password"]'],
    ],
    [['sops'], []],
    [['name', 'app.yaml', 'app.yaml', '.'], ['app.yaml: ["db"]["users"][0]["name"]']],
  ])('finds %j', (argv, lines) => {
    expect(found(...argv)).toEqual(lines);
  });

  it('spells a path so that --extract takes it', () => {
    const [line = ''] = found('a]b*', 'app.yaml');
    expect(ours('decrypt', '--extract', line.replace('app.yaml: ', ''), 'app.yaml').stdout).toBe('1\n');
  });

  it('answers with a status, as grep does', () => {
    expect(ours('find', 'password').status).toBe(0);
    expect(ours('find', 'nothing')).toMatchObject({ status: 1, stdout: '', stderr: '' });
    expect(ours('find').status).toBe(1);
  });

  it('tells files that it cannot read, and looks through the others', () => {
    fill(path, { 'plain.yaml': 'password: 1\n' });
    const { status, stdout, stderr } = ours('find', 'password', 'plain.yaml', 'none.yaml', 'app.yaml');
    expect(status).toBe(1);
    expect(stdout).toBe('app.yaml: ["db"]["password"]\n');
    expect(stderr).toMatch(/plain\.yaml: sops metadata not found[^]*none\.yaml: error reading file/);
  });

  it('tells programs what each key has', () => {
    expect(JSON.parse(ours('find', '--json', '*', 'app.yaml').stdout)).toEqual([
      {
        file: 'app.yaml',
        keys: [
          { path: '["db"]', value: 'branch' },
          { path: '["db"]["password"]', value: 'encrypted' },
          { path: '["db"]["users"]', value: 'branch' },
          { path: '["db"]["users"][0]["name"]', value: 'encrypted' },
          { path: '["db"]["users"][0]["token_unencrypted"]', value: 'in clear' },
          { path: '["DB_PASSWORD"]', value: 'encrypted' },
          { path: `['a]b"c']`, value: 'encrypted' },
        ],
      },
    ]);
  });
});
