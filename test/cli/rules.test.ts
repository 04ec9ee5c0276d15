import { describe, expect, it } from 'vitest';
import { fill, type Ran, runProgram, temporaryFolder } from '../support/cli.ts';
import { recipients } from '../support/real-sops.ts';
import { program } from '../support/program.ts';

const [one, two] = recipients;

describe('rules', () => {
  const folder = temporaryFolder('rules');
  fill(folder, {
    '.sops.yaml': `creation_rules:
  - path_regex: prod/.*
    age: ${one}
  - path_regex: dev/.*\\.yaml$
    encrypted_regex: ^(pass|tok)
    shamir_threshold: 1
    key_groups:
      - age: [${one}]
      - age: [${two}]
  - path_regex: \\.bin$
    age: ${two}
`,
    'dev/a.yaml': 'password: planted-value\nlist: [1, 2]\ntok: {a: 1, b: [q]}\nhost: h\nempty: ""\n',
    'dev/x.bin': 'bytes',
  });
  const ours = (...argv: readonly string[]): Ran => runProgram(program, argv, { cwd: folder });

  it('says which rule takes a file, for whom, and which keys it encrypts, without a value', () => {
    expect(ours('rules', 'dev/a.yaml')).toEqual({
      status: 0,
      stderr: '',
      stdout: `dev/a.yaml: rule 2 takes it
  rules of .sops.yaml, matched with dev/a.yaml:
    1 (line 2): prod/.*: does not match
    2 (line 4): dev/.*\\.yaml$: takes it
    3 (line 10): \\.bin$: not asked
  encrypted for, 1 of 2 groups decrypt:
    group 1: ${one}
    group 2: ${two}
  which values: encrypted_regex: ^(pass|tok)
    encrypted  password
    in clear   list
    encrypted  tok.a
    encrypted  tok.b
    in clear   host
`,
    });
  });

  it('takes a file that is not there yet, one that no rule takes, and a binary one', () => {
    const { stdout } = ours('rules', 'prod/new.json', 'elsewhere.env', 'dev/x.bin');
    expect(stdout).toContain('prod/new.json: rule 1 takes it');
    expect(stdout).toContain('elsewhere.env: no rule takes it');
    expect(stdout).toContain('which values: the whole file, which is binary');
  });

  it('tells programs as JSON', () => {
    const [explanation] = JSON.parse(ours('rules', '--json', 'dev/a.yaml').stdout);
    expect(explanation).toMatchObject({ file: 'dev/a.yaml', path: 'dev/a.yaml', keyGroups: [[one], [two]], shamirThreshold: 1 });
    expect(explanation.rules.map(({ verdict }: { readonly verdict: string }) => verdict)).toEqual([
      'does not match',
      'takes it',
      'not asked',
    ]);
    expect(explanation.keys[0]).toEqual({ path: 'password', encrypted: true });
  });

  it('needs a config file and a file', () => {
    expect(runProgram(program, ['rules', 'x.yaml'], { cwd: temporaryFolder('empty') })).toMatchObject({ status: 1, stdout: '' });
    expect(ours('rules').status).toBe(100);
  });
});
