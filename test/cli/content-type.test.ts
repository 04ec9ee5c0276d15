import { describe, expect, it } from 'vitest';
import { ageIdentity, fill, type Ran, runProgram, temporaryFolder, textOf } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const plain = {
  yaml: 'a: 1 # kept\nb: [x]\n',
  json: '{\n\t"a": 1\n}',
  dotenv: 'A=1\n# note\nB=2\n',
  ini: '[s]\na = 1\n',
  binary: 'any bytes\n',
} as const;
const names = { yaml: 'x.enc', json: 'x.sops', dotenv: '.env.production', ini: 'settings', binary: 'blob.enc' } as const;
const types = ['yaml', 'json', 'dotenv', 'ini', 'binary'] as const;

describe.skipIf(lacks('sops', 'age-keygen'))('a file whose ending says nothing', () => {
  const folder = temporaryFolder('content-type');
  const { identity, recipient } = ageIdentity();
  const env = { SOPS_AGE_KEY: identity, SOPS_AGE_RECIPIENTS: recipient };
  const ours = (...argv: readonly string[]): Ran => runProgram(program, argv, { cwd: folder, env });
  const theirs = (...argv: readonly string[]): Ran => runProgram([needed('sops')], argv, { cwd: folder, env });
  for (const type of types) {
    fill(folder, { plain: plain[type] });
    fill(folder, {
      [names[type]]: theirs('encrypt', '--input-type', type, '--output-type', type === 'binary' ? 'json' : type, 'plain').stdout,
    });
  }

  it.each(types)('is read by the looks of its metadata: %s', (type) => {
    const decrypted = ours('decrypt', names[type]);
    expect(decrypted.stderr).toBe('');
    expect(decrypted.stdout).toBe(theirs('decrypt', '--input-type', type, '--output-type', type, names[type]).stdout);
    expect(ours('filestatus', names[type]).stdout).toBe('{"encrypted":true}\n');
  });

  it.each(['yaml', 'json', 'dotenv', 'ini'] as const)('is changed in its own format: %s', (type) => {
    const path = { yaml: '["a"]', json: '["a"]', dotenv: '["A"]', ini: '["s"]["a"]' }[type];
    expect(ours('set', names[type], path, '"new"').status).toBe(0);
    expect(ours('rotate', '-i', names[type]).status).toBe(0);
    expect(theirs('decrypt', '--input-type', type, '--output-type', type, names[type]).stdout).toContain('new');
  });

  it('is encrypted as sops encrypts it: as binary', () => {
    fill(folder, { '.env.local': plain.dotenv });
    fill(folder, { sealed: ours('encrypt', '.env.local').stdout });
    expect(Object.keys(JSON.parse(textOf(folder, 'sealed')))).toEqual(['data', 'sops']);
    expect(theirs('decrypt', 'sealed').stdout).toBe(plain.dotenv);
    expect(ours('decrypt', 'sealed').stdout).toBe(plain.dotenv);
  });

  it('is still what flags say it is', () => {
    expect(ours('decrypt', '--input-type', 'json', names.yaml).status).toBe(theirs('decrypt', '--input-type', 'json', names.yaml).status);
  });
});
