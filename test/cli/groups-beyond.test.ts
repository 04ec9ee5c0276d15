// Key groups where real sops fails, is silent or breaks the file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ageIdentity, fill, runProgram, temporaryFolder, textOf } from '../support/cli.ts';
import { other, own, prepared } from '../support/compare.ts';
import { all, groupsOf, keyFile, missing, prepareGroups, third } from '../support/group-files.ts';
import { needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

beforeAll(prepareGroups);

describe.skipIf(missing)('beyond real sops', () => {
  const cwd = temporaryFolder('beyond');
  const run = (argv: readonly string[], env = all): ReturnType<typeof runProgram> => runProgram(program, argv, { cwd, env });
  const sops = (argv: readonly string[]): ReturnType<typeof runProgram> => runProgram([needed('sops')], argv, { cwd, env: all });
  const fresh = (name: string): void => {
    fill(cwd, { ...keyFile, [name]: readFileSync(join(prepared, name), 'utf8') });
  };
  /** The lines of the wrapped keys, by recipient. */
  const wrappedIn = (name: string): readonly string[] =>
    [...textOf(cwd, name).matchAll(/"enc": ?"([^"]+)"/g)].map(([, wrapped = '']) => wrapped);

  test('a group that is added without a master key, or misspelled, leaves the file as it was', () => {
    fresh('two.json');
    const before = textOf(cwd, 'two.json');
    expect(run(['groups', 'add', '-i', '-f', 'two.json'])).toMatchObject({ status: 1 });
    expect(run(['groups', 'add', '-i', '-f', 'two.json', '--age', 'age1nobody'])).toMatchObject({ status: 1 });
    expect(
      run(['groups', 'add', '-i', '-f', 'two.json', '--age', third.recipient, '--shamir-secret-sharing-threshold', '4']).stderr,
    ).toContain('parts cannot be less than threshold');
    expect(textOf(cwd, 'two.json')).toBe(before);
  });

  test('variables that name recipients make no group', () => {
    fresh('two.json');
    const withVariable = { ...all, SOPS_AGE_RECIPIENTS: third.recipient };
    const { status, stderr } = run(['groups', 'add', '-f', 'two.json'], withVariable);
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('empty key group provided') });
  });

  test('a group that is not there, or is the last, cannot be deleted', () => {
    fresh('two.json');
    fresh('sealed.yaml');
    expect(run(['groups', 'delete', '-i', '-f', 'two.json', '2']).stderr).toContain('there is no key group 2: the file has 2');
    expect(run(['groups', 'delete', '-i', '-f', 'sealed.yaml', '0']).stderr).toContain('the only key group of a file cannot be deleted');
  });

  test('what is missing is told with status 128 where groups are changed, too', () => {
    fresh('two.json');
    const { status, stderr } = run(['groups', 'delete', '-f', 'two.json', '--shamir-secret-sharing-threshold', '1', '0'], {
      SOPS_AGE_KEY_FILE: 'nowhere',
    });
    expect({ status, stderr }).toMatchObject({ status: 128, stderr: expect.stringContaining('Group 1: FAILED') });
  });

  test('a kind of master key that there is not is told of in the decryption order, and looked over', () => {
    fresh('two.json');
    expect(run(['decrypt', '--decryption-order', 'gcp-kms, age,pgp', 'two.json'])).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/"gcp-kms", which .* did you mean gcp_kms\?\n.*" age", which .* did you mean age\?\n$/),
    });
  });

  test('groups alone shows what there is', () => {
    expect(run(['groups'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/groups add .*\n.*groups delete/) });
    expect(run(['groups', 'make'])).toMatchObject({ status: 1, stderr: expect.stringContaining('there is groups add and groups delete') });
    expect(run(['groups', 'add', '--help']).stdout).toContain('Usage: sopsmith groups add');
    expect(run(['help', 'groups', 'delete']).stdout).toContain('Usage: sopsmith groups delete');
  });

  test('updatekeys takes the threshold from the flag, else from the rule; more than there are groups counts as all', () => {
    for (const [flags, config, threshold] of [
      [[], groupsOf(3, [own.recipient], [other.recipient], [third.recipient]), 3],
      [['--shamir-secret-sharing-threshold', '3'], groupsOf(2, [own.recipient], [other.recipient], [third.recipient]), 3],
      [['--shamir-secret-sharing-threshold', '9'], groupsOf(2, [own.recipient], [other.recipient], [third.recipient]), 3],
    ] as const) {
      fresh('three.json');
      fill(cwd, { '.sops.yaml': config });
      expect(run(['updatekeys', '-y', ...flags, 'three.json']).stdout).toMatch(/\+\+\+ shamir_threshold: 3\n.*--- shamir_threshold: 2/);
      expect(JSON.parse(textOf(cwd, 'three.json'))).toMatchObject({ sops: { shamir_threshold: threshold } });
      expect(sops(['decrypt', 'three.json']).stdout).toBe('{\n\t"a": 1\n}\n');
    }
  });

  test('a file that sops has cut down to one group grows again', () => {
    fresh('two.json');
    fill(cwd, { '.sops.yaml': groupsOf(undefined, [own.recipient]) });
    expect(sops(['updatekeys', '-y', 'two.json']).status).toBe(0);
    expect(textOf(cwd, 'two.json')).toContain('"shamir_threshold": 1');
    fill(cwd, { '.sops.yaml': groupsOf(undefined, [own.recipient], [other.recipient]) });
    expect(run(['updatekeys', '-y', 'two.json']).status).toBe(0);
    expect(sops(['decrypt', 'two.json']).stdout).toBe('{\n\t"a": 1\n}\n');
  });

  test('a file that sops has broken by adding a group opens, and is whole again after the next change', () => {
    const broken = (): void => {
      fresh('two.json');
      fill(cwd, { '.sops.yaml': groupsOf(undefined, [own.recipient]) });
      expect(sops(['updatekeys', '-y', 'two.json']).status).toBe(0);
      expect(sops(['groups', 'add', '-i', '-f', 'two.json', '--age', other.recipient]).status).toBe(0);
      expect(sops(['decrypt', 'two.json']).status).toBe(128);
      fill(cwd, { '.sops.yaml': groupsOf(undefined, [own.recipient], [other.recipient]) });
    };
    for (const change of [
      ['updatekeys', '-y'],
      ['rotate', '-i'],
      ['groups', 'add', '-i', '--age', third.recipient, '--file'],
    ]) {
      broken();
      expect(run(['decrypt', 'two.json'])).toMatchObject({
        status: 0,
        stdout: '{\n\t"a": 1\n}\n',
        stderr: expect.stringContaining('`updatekeys` mends the file'),
      });
      expect(run([...change, 'two.json']).status).toBe(0);
      expect(sops(['decrypt', 'two.json']).stdout).toBe('{\n\t"a": 1\n}\n');
      expect(run(['decrypt', 'two.json'])).toMatchObject({ status: 0, stderr: '' });
    }
  });

  test('who is only added leaves the entries of all others as they are; who goes leaves none', () => {
    fresh('three.json');
    const before = wrappedIn('three.json');
    fill(cwd, { '.sops.yaml': groupsOf(2, [own.recipient], [other.recipient, third.recipient], [third.recipient]) });
    expect(run(['updatekeys', '-y', 'three.json']).status).toBe(0);
    const grown = wrappedIn('three.json');
    expect(before.filter((wrapped) => grown.includes(wrapped))).toHaveLength(3);
    expect(grown).toHaveLength(4);
    expect(sops(['decrypt', 'three.json']).stdout).toBe('{\n\t"a": 1\n}\n');

    fill(cwd, { '.sops.yaml': groupsOf(2, [own.recipient], [third.recipient], [third.recipient]) });
    expect(run(['updatekeys', '-y', 'three.json']).status).toBe(0);
    expect(wrappedIn('three.json').filter((wrapped) => grown.includes(wrapped))).toEqual([]);
    expect(sops(['decrypt', 'three.json']).stdout).toBe('{\n\t"a": 1\n}\n');
  });

  test('another order within a group is made so, and keeps every entry', () => {
    fill(cwd, { ...keyFile, 'a.json': '{"a": 1}', '.sops.yaml': groupsOf(undefined, [own.recipient, other.recipient]) });
    expect(run(['encrypt', '-i', 'a.json']).status).toBe(0);
    const [first = '', second = ''] = wrappedIn('a.json');
    fill(cwd, { '.sops.yaml': groupsOf(undefined, [other.recipient, own.recipient]) });
    expect(run(['updatekeys', '-y', 'a.json']).stderr).toContain('synced with new keys');
    expect(wrappedIn('a.json')).toEqual([second, first]);
    expect(run(['updatekeys', '-y', 'a.json']).stderr).toContain('already up to date');
    expect(sops(['decrypt', 'a.json']).stdout).toBe('{\n\t"a": 1\n}\n');
  });

  test('a share where the data key should be is told as such', () => {
    fresh('alone.json');
    expect(run(['decrypt', 'alone.json'])).toMatchObject({ status: 128, stderr: expect.stringContaining('as a share is') });
  });
});

describe.skipIf(missing)('key groups in the editor', () => {
  const cwd = temporaryFolder('editor');
  const edit = (script: string): ReturnType<typeof runProgram> => {
    fill(cwd, { 'editor.sh': `#!/bin/sh\n${script}\n` });
    return runProgram(program, ['edit', '--show-master-keys', 'three.json'], { cwd, env: { ...all, EDITOR: 'sh editor.sh' } });
  };
  const opens = (...keys: readonly (typeof own)[]): number | null => {
    const SOPS_AGE_KEY = keys.map(({ identity }) => identity).join('\n');
    return runProgram([needed('sops')], ['decrypt', 'three.json'], { cwd, env: { SOPS_AGE_KEY } }).status;
  };

  test('another threshold, and a master key without a wrapped data key, take effect', () => {
    fill(cwd, { ...keyFile, 'three.json': readFileSync(join(prepared, 'three.json'), 'utf8') });
    expect(edit(`sed -i 's/"shamir_threshold": 2/"shamir_threshold": 3/' "$1"`)).toMatchObject({ status: 0 });
    expect([opens(own, other), opens(own, other, third)]).toEqual([128, 0]);

    const newcomer = ageIdentity();
    const replaced = `s/"recipient": "${third.recipient}"/"recipient": "${newcomer.recipient}"/`;
    expect(
      edit(`sed -i -e '${replaced}' -e 's/"enc": ".*"/"enc": ""/' -e 's/"shamir_threshold": 3/"shamir_threshold": 2/' "$1"`),
    ).toMatchObject({
      status: 0,
    });
    expect([opens(own, third), opens(own, newcomer), opens(other, newcomer)]).toEqual([128, 0, 0]);
  });
});
