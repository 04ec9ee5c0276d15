import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ageIdentity, fill, runProgram, temporaryFolder, textOf } from '../support/cli.ts';
import { type Case, compare, other, own, prepare, prepared, titled } from '../support/compare.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const missing = lacks('sops', 'age-keygen');
const third = missing ? { identity: '', recipient: '' } : ageIdentity();
const all = { SOPS_AGE_KEY_FILE: 'all.txt' };
const keyFile = { 'all.txt': [own, other, third].map(({ identity }) => identity).join('\n') };
const encrypted = (text: string, flags: readonly string[] = []): string => {
  const { stdout } = runProgram([needed('sops')], ['encrypt', ...flags, '--filename-override', 'a.json'], { cwd: prepared, input: text });
  return stdout;
};

interface Sealed {
  readonly sops: { key_groups: unknown[]; shamir_threshold?: number; age?: unknown };
}

/** A file of three groups of which two are needed, changed by an attacker. */
function attacked(change: (sealed: Sealed['sops']) => void): string {
  const sealed: Sealed = JSON.parse(three);
  change(sealed.sops);
  return `${JSON.stringify(sealed, undefined, '\t')}\n`;
}

const groupsOf = (threshold: number | undefined, ...groups: readonly (readonly string[])[]): string =>
  JSON.stringify({
    creation_rules: [{ key_groups: groups.map((age) => ({ age })), ...(threshold === undefined ? {} : { shamir_threshold: threshold }) }],
  });

let three = '';
beforeAll(() => {
  if (missing) return;
  prepare();
  fill(prepared, keyFile);
  fill(prepared, { '.sops.yaml': groupsOf(2, [own.recipient], [other.recipient], [third.recipient]) });
  three = encrypted('{"a": 1}');
  fill(prepared, {
    'three.json': three,
    '.sops.yaml': groupsOf(undefined, [own.recipient], [other.recipient]),
  });
  fill(prepared, {
    'two.json': encrypted('{"a": 1}'),
    'cut.json': attacked((sops) => {
      sops.key_groups = sops.key_groups.slice(0, 2);
    }),
    'alone.json': attacked((sops) => {
      sops.key_groups = sops.key_groups.slice(0, 1);
    }),
    'swapped.json': attacked((sops) => {
      sops.key_groups = sops.key_groups.toReversed();
    }),
    'doubled.json': attacked((sops) => {
      sops.key_groups = [sops.key_groups[0], sops.key_groups[0]];
    }),
    'lowered.json': attacked((sops) => {
      sops.shamir_threshold = 1;
    }),
    'raised.json': attacked((sops) => {
      sops.shamir_threshold = 4;
    }),
    'with-empty.json': attacked((sops) => sops.key_groups.push({ age: [] })),
    'none.json': attacked((sops) => {
      sops.key_groups = [];
    }),
  });
});

const add = ['groups', 'add', '--age', other.recipient];

describe.skipIf(missing)('key groups', () => {
  const cases: readonly Case[] = [
    { argv: [...add, '-i', '--file', 'sealed.yaml'], env: all, stdout: 'same', files: ['sealed.yaml'] },
    { argv: [...add, '-f', 'sealed.json'], env: all, stdout: { sealed: 'json' }, files: ['sealed.json'] },
    ...['env', 'ini', 'bin'].map((ending): Case => {
      const file = `sealed.${ending}`;
      return { argv: [...add, '-i', '-f', file], env: all, stdout: 'same', files: [file] };
    }),
    { argv: [...add, '-i', '-f', 'two.json', '--age', third.recipient], env: all, stdout: 'same', files: ['two.json'] },
    {
      argv: [...add, '-i', '-f', 'three.json', '--shamir-secret-sharing-threshold', '3'],
      env: all,
      stdout: 'same',
      files: ['three.json'],
    },
    { argv: [...add, '-f', 'sealed.yaml', 'extra'], env: all, stdout: 'same', says: /no positional arguments allowed/ },
    { argv: [...add, '-f', 'plain.yaml'], env: all, stdout: 'same', says: /sops metadata not found/ },
    { argv: [...add, '-f', 'nowhere.yaml'], env: all, stdout: 'same', says: /no such file/ },
    { argv: ['groups', 'delete', '-i', '-f', 'three.json', '1'], env: all, stdout: 'same', files: ['three.json'] },
    { argv: ['groups', 'delete', '--file', 'three.json', '0'], env: all, stdout: { sealed: 'json' }, files: ['three.json'] },
    {
      argv: ['groups', 'delete', '-i', '-f', 'two.json', '--shamir-secret-sharing-threshold', '1', '1'],
      env: all,
      stdout: 'same',
      files: ['two.json'],
    },
    {
      argv: ['groups', 'delete', '-f', 'two.json', '1'],
      env: all,
      stdout: 'same',
      says: /removing this key group will make the Shamir threshold impossible to satisfy: Shamir threshold is 2, but we only have 1 key groups/,
    },
    { argv: ['groups', 'delete', '-f', 'two.json'], env: all, stdout: 'same', says: /exactly one positional argument \(index\) required/ },
    { argv: ['groups', 'delete', '-f', 'two.json', 'x'], env: all, stdout: 'same', says: /failed to parse \[index\] argument/ },

    { argv: ['rotate', '--add-age', third.recipient, '-i', 'two.json'], env: all, stdout: 'same', files: ['two.json'] },
    { argv: ['rotate', '--rm-age', other.recipient, 'two.json'], env: all, stdout: 'same', says: /empty key group provided/ },
    {
      argv: ['set', '--shamir-secret-sharing-threshold', '3', 'three.json', '["a"]', '2'],
      env: all,
      stdout: 'same',
      files: ['three.json'],
    },
    {
      argv: ['encrypt', '--shamir-secret-sharing-threshold', '1', 'plain.json'],
      stdout: 'same',
      says: /could not split data key into parts for Shamir: threshold must be at least 2/,
    },
    {
      argv: ['encrypt', '--shamir-secret-sharing-threshold', '3', 'plain.json'],
      stdout: 'same',
      says: /parts cannot be less than threshold/,
    },

    { argv: ['decrypt', 'three.json'], env: all, stdout: 'same' },
    { argv: ['decrypt', 'cut.json'], env: all, stdout: 'same' },
    { argv: ['decrypt', 'swapped.json'], env: all, stdout: 'same' },
    { argv: ['decrypt', 'with-empty.json'], env: all, stdout: 'same' },
    { argv: ['decrypt', 'lowered.json'], env: all, stdout: 'same' },
    { argv: ['decrypt', 'lowered.json'], stdout: 'same' },
    {
      argv: ['decrypt', 'doubled.json'],
      env: all,
      stdout: 'same',
      says: /could not get data key from shamir parts: duplicate part detected/,
    },
    { argv: ['decrypt', 'none.json'], env: all, stdout: 'same', says: /no keys found in file/i },
    {
      argv: ['decrypt', 'raised.json'],
      env: all,
      stdout: 'same',
      says: /Group 2: SUCCESS.*Shamir threshold of 4, but only 3 part\(s\) were successfully recovered/,
    },
    {
      argv: ['decrypt', 'three.json'],
      stdout: 'same',
      says: /Group 0: SUCCESS Group 1: FAILED age1\S+: FAILED .*Group 2: FAILED .*threshold of 2, but only 1 part\(s\) were successfully recovered, one for each successful key group. In order for SOPS to recover the file, at least 2 groups have to be successful/,
    },
    { argv: ['decrypt', 'three.json'], env: { ...all, SOPS_DECRYPTION_ORDER: 'kms,nothing' }, stdout: 'same' },
    {
      argv: ['decrypt', '--decryption-order', 'pgp,age,pgp', 'three.json'],
      env: all,
      stdout: 'same',
      says: /uplicate decryption key type: pgp/,
    },
  ];

  test.each(titled(cases))('%s', (_, one) => {
    const { ours, expected, ran } = compare(one);
    expect(ours, ran).toEqual(expected);
  });
});

describe.skipIf(missing)('updatekeys over key groups', () => {
  const cases: readonly Case[] = [
    ['sealed.yaml', groupsOf(undefined, [own.recipient, other.recipient])],
    ['three.json', groupsOf(2, [own.recipient], [third.recipient, other.recipient], [third.recipient])],
    ['three.json', groupsOf(2, [other.recipient], [own.recipient], [third.recipient])],
    ['three.json', groupsOf(2, [own.recipient], [other.recipient])],
    ['three.json', groupsOf(undefined, [own.recipient], [other.recipient], [third.recipient])],
    ['three.json', groupsOf(undefined, [other.recipient])],
    ['two.json', groupsOf(undefined, [own.recipient], [other.recipient], [third.recipient])],
    ['two.json', groupsOf(undefined, [own.recipient], [third.recipient])],
  ].map(([file = '', config = '']) => ({
    argv: ['updatekeys', '-y', file],
    env: all,
    extra: { '.sops.yaml': config },
    stdout: 'same' as const,
    files: [file],
  }));

  test.each(titled(cases).map(([title, one], at) => [`${title} (${at + 1})`, one] as const))('%s', (_, one) => {
    const { ours, expected, ran } = compare(one);
    expect(ours, ran).toEqual(expected);
  });
});

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
    fill(cwd, { ...keyFile, 'three.json': three });
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
