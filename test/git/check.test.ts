// `sopsmith check` in real repositories: the work tree, the index, history; what is found and what is not.
import { execFileSync } from 'node:child_process';
import { symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { checkLab, lines } from './check-lab.ts';
import { compared, plantLeaks } from './leaks.ts';

const lab = checkLab();
const { alice, bob, ours, report, write, seal, rules } = lab;

afterAll(() => {
  lab.remove();
});

describe('planted leaks', () => {
  it.each([20_261_201, 7])('are all found, and nothing else is, with seed %i', async (seed) => {
    const folder = lab.repository(`planted-${seed}`);
    const planting = await plantLeaks(seed, 260);
    write(folder, planting.files);
    lab.git(folder, 'add', '--all');
    const told = report(folder);
    expect(compared(planting, told)).toEqual({ missed: [], falseAlarms: [] });
    const planted = new Set(planting.planted.map(({ rule }) => rule));
    process.stdout.write(
      `check: seed ${seed}: ${planting.planted.length} leaks of ${planted.size} rules planted in ${told.files} files, all found; no false alarm\n`,
    );
    expect(told.files).toBe(Object.keys(planting.files).length);
    expect(ours(folder, 'check', '--quiet')).toEqual({ status: 1, stdout: '', stderr: '' });
  });
});

describe.skipIf(lacks('age-keygen', 'sops'))('check', () => {
  let top: string;
  beforeAll(() => {
    top = lab.repository('shop');
    write(top, {
      '.sops.yaml': rules,
      'secrets/db.yaml': 'user: shop\npassword: paper clip\n',
      'secrets/raw': 'raw',
      'README.md': '# Shop\n',
    });
    seal(top, 'secrets/db.yaml', 'secrets/raw');
    lab.git(top, 'add', '--all');
    lab.git(top, 'commit', '-qm', 'first');
  });

  it('says that nothing is wrong where nothing is', () => {
    expect(ours(top, 'check')).toEqual({ status: 0, stdout: '4 files: nothing found\n', stderr: '' });
  });

  it('looks at what Git tracks, and at what it does not and is not told to ignore; through no link, into no submodule', () => {
    const folder = lab.repository('reach');
    write(folder, {
      '.sops.yaml': rules,
      '.gitignore': 'ignored/\n',
      'secrets/new.yaml': 'a: 1\n',
      'ignored/secrets.env': alice.identity,
    });
    const other = lab.repository('reach/sub');
    lab.commit(other, { 'secrets/in.yaml': 'a: 1\n', 'key.txt': alice.identity }, 'first');
    symlinkSync('../ignored/secrets.env', join(folder, 'secrets/link.yaml'));
    symlinkSync('../../shop', join(folder, 'secrets/folder'));
    expect(lines(report(folder))).toEqual(['not-encrypted secrets/new.yaml:1 a']);
    expect(lines(report(folder, 'ignored'))).toEqual([expect.stringMatching(/^private-key ignored\/secrets.env:/)]);
    lab.git(folder, 'add', 'secrets/new.yaml', '.sops.yaml', 'secrets/link.yaml');
    expect(lines(report(folder, '--staged'))).toEqual(['not-encrypted secrets/new.yaml:1 a']);
  });

  it('takes files, folders and globs, and leaves out what is excluded', () => {
    const folder = lab.repository('named');
    const files = Object.fromEntries(
      ['a.yaml', 'b.env', 'deep/c.yaml', 'deep/d.json'].map((name) => [
        `secrets/${name}`,
        name.endsWith('json') ? '{"a": 1}' : name.endsWith('env') ? 'A=1\n' : 'a: 1\n',
      ]),
    );
    write(folder, { '.sops.yaml': rules, ...files });
    const named = (...words: readonly string[]): readonly string[] => report(folder, ...words).findings.map(({ file }) => file);
    expect(named()).toEqual(['secrets/a.yaml', 'secrets/b.env', 'secrets/deep/c.yaml', 'secrets/deep/d.json']);
    expect(named('secrets/deep', 'secrets/b.env')).toEqual(['secrets/deep/c.yaml', 'secrets/deep/d.json', 'secrets/b.env']);
    expect(named('secrets/**/*.yaml')).toEqual(['secrets/a.yaml', 'secrets/deep/c.yaml']);
    expect(named('--exclude', '*.yaml', '--exclude', 'secrets/deep/*.json')).toEqual(['secrets/b.env']);
    expect(named('--exclude', 'secrets/deep')).toEqual(['secrets/a.yaml', 'secrets/b.env']);
    expect(ours(folder, 'check', 'none.yaml')).toMatchObject({ status: 100, stdout: '' });
  });

  it('lets pass what a comment, or `x-sopsmith` in .sops.yaml, allows; sops reads the file as before', () => {
    const folder = lab.repository('allowed');
    const allowed = `${rules}x-sopsmith:\n  check:\n    exclude: [vendor/**]\n    allow:\n      private-key: ["test/*.txt"]\n`;
    const key = alice.identity.split('\n')[2] ?? '';
    write(folder, {
      '.sops.yaml': allowed,
      'vendor/key.txt': key,
      'test/key.txt': key,
      'src/line.ts': `const key = '${key}'; // sopsmith-allow: private-key\n`,
      'src/above.ts': `// made for tests, sopsmith-allow: no-rule, private-key\nconst key = '${key}';\n`,
      'src/other.ts': `// sopsmith-allow: not-encrypted\nconst key = '${key}';\n`,
    });
    expect(lines(report(folder))).toEqual(['private-key src/other.ts:2']);
    write(folder, { 'secrets/a.yaml': 'a: 1\n', 'secrets/b.yaml': 'a: 1\n' });
    expect(ours(folder, 'encrypt', 'secrets/a.yaml')).toMatchObject({ status: 0, stderr: '' });
    expect(runProgram([needed('sops')], ['encrypt', 'secrets/b.yaml'], { cwd: folder })).toMatchObject({ status: 0 });
  });

  it('finds keys in UTF-16, and takes no more than linear time of text that never becomes a key', () => {
    const folder = lab.repository('wide');
    write(folder, {
      'wide.txt': Buffer.from(`\uFEFFkey\n${alice.identity}`, 'utf16le'),
      'headers.txt': 'A: -----BEGIN PRIVATE KEY-----\n'.repeat(200_000),
    });
    expect(report(folder).findings.map(({ rule, file }) => `${rule} ${file}`)).toEqual(['private-key wide.txt']);
  });

  it('judges what our filter decrypts into the work tree as the index has it', () => {
    const folder = lab.repository('filtered');
    const quoted = program.map((word) => `'${word}'`).join(' ');
    lab.git(folder, 'config', 'filter.sopsmith.process', `${quoted} git filter-process`);
    lab.git(folder, 'config', 'filter.sopsmith.required', 'true');
    write(folder, {
      '.sops.yaml': rules,
      '.gitattributes': 'secrets/*.yaml filter=sopsmith\n',
      'secrets/a.yaml': 'a: 1\n',
      'secrets/b.env': 'B=1\n',
    });
    lab.git(folder, 'add', 'secrets/a.yaml', '.gitattributes');
    write(folder, { 'secrets/new.yaml': 'c: 1\n' });
    expect(lab.git(folder, 'show', ':secrets/a.yaml')).toContain('ENC[');
    expect(lines(report(folder))).toEqual(['not-encrypted secrets/b.env:1 B']);
    lab.git(folder, 'config', '--unset', 'filter.sopsmith.process');
    expect(lines(report(folder))).toHaveLength(3);
  });

  it('says what is wrong with .sops.yaml, and judges by the nearest', () => {
    const folder = lab.repository('configs');
    write(folder, {
      '.sops.yaml': `creation_rules:\n  - path_regex: \\.env$\n    age: ${alice.recipient}\n    encryted_regex: x\n  - path_regex: \\.env$\n    age: ${bob.recipient}\n  - age: ${alice.recipient}\n  - path_regex: never\n    age: ${bob.recipient}\n`,
      'team/.sops.yaml': `creation_rules:\n  - path_regex: ^keys/\n    key_groups:\n      - age:\n          - ${alice.recipient}\n      - pgp:\n          - 85D77543B3D624B63CEA9E6DBC17301B491B3F21\n`,
      'team/keys/a.yaml': 'a: 1\n',
      'broken/.sops.yaml': `creation_rules:\n  - path_regex: "("\n    age: ${alice.recipient}\n  - path_regex: b\n    age: nobody\n`,
      'torn/.sops.yaml': 'creation_rules: [\n',
      'late/.sops.yaml': `creation_rules:\n  - path_regex: ^a\n    age: ${alice.recipient}\n  - path_regex: a\\.yaml$\n    age: ${alice.recipient}\n`,
      'late/a.yaml': '',
      '.sops.yml': '',
    });
    expect(lines(report(folder)).toSorted()).toEqual([
      'malformed-config broken/.sops.yaml:2',
      'malformed-config broken/.sops.yaml:5',
      'malformed-config torn/.sops.yaml:2',
      'misnamed-config .sops.yml:1',
      'not-encrypted team/keys/a.yaml:1 a',
      'shadowed-rule .sops.yaml:5',
      'shadowed-rule .sops.yaml:8',
      'shadowed-rule late/.sops.yaml:4',
      'split-key-groups team/.sops.yaml:6',
      'unknown-config-key .sops.yaml:4',
    ]);
  });

  it('takes a Secret of Kubernetes for one that must be encrypted, where a rule takes every file', () => {
    const folder = lab.repository('kubernetes');
    const object = (kind: string, field: string): string => `apiVersion: v1\nkind: ${kind}\n${field}:\n  a: one\n`;
    write(folder, {
      '.sops.yaml': `creation_rules:\n  - encrypted_regex: ^(data|stringData)$\n    age: ${alice.recipient}\n`,
      'a.yaml': `${object('ConfigMap', 'data')}---\n${object('Secret', 'stringData')}`,
      'b.yaml': object('Secret', 'metadata'),
      'c.yaml': 'data:\n  a: one\n',
    });
    expect(lines(report(folder))).toEqual(['not-encrypted a.yaml:9 stringData.a']);
  });

  it('counts warnings as errors with --strict alone', () => {
    const folder = lab.repository('strict');
    write(folder, { '.sops.yaml': `${rules}    encryted_regex: x\n` });
    expect([ours(folder, 'check').status, ours(folder, 'check', '--strict').status]).toEqual([0, 1]);
  });

  it('checks MACs with --mac alone, where a key is at hand', () => {
    const folder = lab.repository('macs');
    write(folder, {
      '.sops.yaml': `creation_rules:\n  - age: ${alice.recipient}\n    encrypted_regex: ^secret$\n`,
      'a.yaml': 'secret: 1\nplain: one\n',
      'b.yaml': 'secret: 1\n',
    });
    seal(folder, 'a.yaml');
    seal(folder, '--age', bob.recipient, 'b.yaml');
    write(folder, { 'a.yaml': execFileSync('sed', ['s/plain: one/plain: two/', join(folder, 'a.yaml')]) });
    const foreign = ['recipient-missing b.yaml:2 sops', 'recipient-removed b.yaml:6 sops'];
    expect(lines(report(folder))).toEqual(foreign.map((line) => expect.stringMatching(line.replace(/:\d+/, ':\\d+'))));
    expect(report(folder, '--mac').findings.map(({ rule, severity, file }) => `${severity} ${rule} ${file}`)).toEqual([
      'error mac-mismatch a.yaml',
      'note mac-unverified b.yaml',
      'error recipient-missing b.yaml',
      'error recipient-removed b.yaml',
    ]);
  });

  it('works outside of a repository, where it looks at all files', () => {
    const folder = join(lab.folder, 'plain');
    write(folder, { '.sops.yaml': rules, 'secrets/a.yaml': 'a: 1\n', 'node_modules/x/key.txt': alice.identity });
    const env = { ...lab.env, GIT_CEILING_DIRECTORIES: lab.folder, SOPS_AGE_KEY: '' };
    const ran = runProgram(program, ['check'], { cwd: folder, env });
    expect(ran).toMatchObject({ status: 1, stderr: '' });
    expect(ran.stdout).toContain('2 files: 1 error in 1');
    expect(runProgram(program, ['check', '--staged'], { cwd: folder, env })).toMatchObject({ status: 1, stdout: '' });
  });

  describe('--staged', () => {
    it('judges what the index has, by the rules that it has, and nothing that the commit leaves as it is', () => {
      const folder = lab.repository('staged');
      lab.commit(folder, { '.sops.yaml': rules, 'secrets/old.yaml': 'a: 1\n' }, 'old');
      write(folder, { 'secrets/new.yaml': 'b: 2\n', 'secrets/later.yaml': 'c: 3\n' });
      lab.git(folder, 'add', 'secrets/new.yaml');
      seal(folder, 'secrets/new.yaml');
      expect(lines(report(folder, '--staged'))).toEqual(['not-encrypted secrets/new.yaml:1 b']);
      lab.git(folder, 'add', 'secrets/new.yaml');
      write(folder, { 'secrets/new.yaml': 'b: 2\n' });
      expect(report(folder, '--staged')).toMatchObject({ files: 1, findings: [] });
      write(folder, { '.sops.yaml': `# changed\n${rules}` });
      lab.git(folder, 'add', '.sops.yaml');
      expect(lines(report(folder, '--staged'))).toEqual(['not-encrypted secrets/old.yaml:1 a']);
      expect(lines(report(folder, '--staged', 'secrets/new.yaml', 'secrets/none.yaml'))).toEqual([]);
    });

    it('works before the first commit', () => {
      const folder = lab.repository('unborn');
      write(folder, { '.sops.yaml': rules, 'secrets/a.yaml': 'a: 1\n' });
      lab.git(folder, 'add', '--all');
      expect(lines(report(folder, '--staged'))).toEqual(['not-encrypted secrets/a.yaml:1 a']);
    });
  });

  describe('--since', () => {
    let folder: string;
    beforeAll(() => {
      folder = lab.repository('history');
      lab.commit(folder, { 'README.md': 'x', 'before.txt': alice.identity }, 'base');
      lab.git(folder, 'tag', 'base');
      // Before there was a rule; encrypted later.
      lab.commit(folder, { 'secrets/a.yaml': 'a: 1\n' }, 'early');
      lab.commit(
        folder,
        { '.sops.yaml': `${rules}  - path_regex: ^gone/\n    age: ${alice.recipient}\n`, 'gone/b.yaml': 'b: 2\n' },
        'rules',
      );
      seal(folder, 'secrets/a.yaml');
      lab.git(folder, 'rm', '-q', 'gone/b.yaml');
      lab.commit(folder, { '.sops.yaml': rules }, 'clean');
      lab.git(folder, 'checkout', '-qb', 'side');
      lab.commit(folder, { 'key.txt': alice.identity }, 'key');
      lab.git(folder, 'rm', '-q', 'key.txt');
      lab.git(folder, 'commit', '-qm', 'no key');
      lab.git(folder, 'checkout', '-q', 'main');
      symlinkSync('a.yaml', join(folder, 'secrets/link'));
      lab.commit(folder, { 'README.md': 'y' }, 'other');
      lab.git(folder, 'merge', '-q', '--no-edit', 'side');
    });

    it('finds what was ever in clear, whatever became of it, with the first commit that had it', () => {
      expect(report(folder)).toMatchObject({ errors: 1 });
      const { findings, files } = report(folder, '--since', 'base');
      const subject = (id: string): string => lab.git(folder, 'log', '-1', '--format=%s', id).trim();
      expect(findings.map(({ rule, file, commit }) => `${rule} ${file} ${subject(commit?.id ?? '')}`)).toEqual([
        'not-encrypted secrets/a.yaml early',
        'not-encrypted gone/b.yaml rules',
        'private-key key.txt key',
      ]);
      expect(findings.map(({ commit }) => commit?.date)).toEqual(findings.map(() => expect.stringMatching(/^\d{4}-\d\d-\d\dT/)));
      expect(files).toBe(8);
      expect(ours(folder, 'check', '--since', 'base')).toMatchObject({
        status: 1,
        stdout: expect.stringContaining('secrets/a.yaml, as committed in '),
      });
    });

    it('refuses a clone in which some of it is missing', () => {
      lab.git(lab.folder, 'clone', '-q', '--depth', '3', `file://${folder}`, 'shallow');
      lab.git(folder, 'config', 'uploadpack.allowFilter', 'true');
      lab.git(lab.folder, 'clone', '-q', '--filter=blob:none', `file://${folder}`, 'partial');
      for (const clone of ['shallow', 'partial'])
        expect(ours(join(lab.folder, clone), 'check', '--since', 'HEAD~1')).toMatchObject({
          status: 1,
          stderr: expect.stringContaining(`this is a ${clone} clone`),
        });
    });

    it('takes a range, and says nothing where nothing was', () => {
      expect(lines(report(folder, '--since', 'base..side~1')).map((line) => line.split(' ')[0])).toEqual([
        'not-encrypted',
        'not-encrypted',
        'private-key',
      ]);
      expect(report(folder, '--since', 'base', 'gone').findings.map(({ file }) => file)).toEqual(['gone/b.yaml']);
      expect(report(folder, '--since', 'base', '**/*.yaml').findings.map(({ file }) => file)).toEqual(['secrets/a.yaml', 'gone/b.yaml']);
      expect(ours(folder, 'check', '--since', 'HEAD')).toMatchObject({ status: 0 });
      expect(ours(folder, 'check', '--since', '--output=x')).toMatchObject({ status: 1, stdout: '' });
      expect(ours(folder, 'check', '--since', 'base', '--staged')).toMatchObject({ status: 8 });
    });
  });
});

it('passes by what only looks like an encrypted file, and takes what is large or binary as it is', () => {
  const folder = lab.repository('odd');
  write(folder, {
    'docs/page.yaml': 'example: |\n  sops:\n    mac: ENC[AES256_GCM,data:x]\n',
    'eyaml.yaml': 'password: ENC[PKCS7,MIIB]\nsops: {enabled: true}\n',
    'nul.bin': new Uint8Array([0, 255, 254, 0, 10, 13]),
    'utf16.yaml': new Uint8Array([0xff, 0xfe, 0x61, 0]),
    'deep.yaml': `${'['.repeat(2000)}ENC[AES256_GCM,`,
  });
  expect(report(folder)).toMatchObject({ files: 5, findings: [] });
  write(folder, { 'large.iso': '' });
  truncateSync(join(folder, 'large.iso'), 2 ** 27);
  expect(report(folder).findings).toMatchObject([{ rule: 'too-large', severity: 'note', file: 'large.iso' }]);
});
