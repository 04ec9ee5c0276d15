// What a recipient could read, out of real repositories.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipientsMeant } from '../../src/git/past/recipients.ts';
import { lacks } from '../support/peers.ts';
import { type Lab, gitLab } from './lab.ts';
import { ada, bob, type Past, pastIn } from './past.ts';

let lab: Lab;
beforeAll(() => {
  lab = gitLab();
});
afterAll(() => {
  lab.remove();
});

interface Told {
  readonly files: readonly {
    readonly file: string;
    readonly access: string;
    readonly gone: boolean;
    readonly removedBy: { readonly commit: string } | null;
    readonly values: readonly { readonly path: string; readonly status: string; readonly since: { readonly commit: string } | null }[];
  }[];
  readonly values: number;
  readonly filesToChange: number;
}

function exposed(past: Past, ...argv: readonly string[]): Told {
  const told: Told = JSON.parse(past.told('exposure', '--json', ...argv));
  return told;
}

/** File by file: how it can be read, and what is known of each value. */
const statuses = ({ files }: Told): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    files.map(({ file, access, values }) => [`${file}: ${access}`, Object.fromEntries(values.map(({ path, status }) => [path, status]))]),
  );

describe.skipIf(lacks('sops', 'age-keygen'))('what Bob could read, who left', () => {
  let past: Past;
  const commits: Record<string, string> = {};
  beforeAll(() => {
    past = pastIn(lab, 'leaver');
    past.rule({ ada, 'Bob Leaver': bob });
    past.write('app.yaml', 'db:\n  user: shop\n  password: s3cret\nhosts: [a, b]\nport: 5432\nregion_unencrypted: eu\n');
    past.write('mail.env', 'SMTP_USER=shop\nSMTP_PASSWORD=pass1\nSMTP_TOKEN=t\n');
    past.write('old.json', '{"gone": "x"}');
    past.write('code.ts', 'export const marker = "ENC[AES256_GCM,";\n');
    for (const file of ['app.yaml', 'mail.env', 'old.json']) past.sops('encrypt', '-i', file);
    commits['start'] = past.commit(1, 'start');
    past.sops('set', 'app.yaml', '["db"]["password"]', '"other"');
    past.git('rm', '-q', 'old.json');
    commits['password'] = past.commit(2, 'another password');
    past.rule({ ada });
    past.sops('updatekeys', '-y', 'app.yaml');
    past.sops('updatekeys', '-y', 'mail.env');
    past.write('new.yaml', 'a: never seen\n');
    past.sops('encrypt', '-i', 'new.yaml');
    commits['removed'] = past.commit(3, 'Bob leaves');
    past.sops('set', 'app.yaml', '["api"]', '"set after Bob left"');
    commits['api'] = past.commit(4, 'a new value');
    past.sops('rotate', '-i', 'mail.env');
    past.commit(5, 'rotate');
    past.git('mv', 'mail.env', 'smtp.env');
    past.commit(6, 'rename');
    past.sops('set', 'smtp.env', '["SMTP_PASSWORD"]', '"pass2"');
    past.ours('set', 'smtp.env', '["SMTP_NEW"]', '"n"');
    past.commit(7, 'a new password');
  });

  it('is told from history and without a key', () => {
    const told = exposed(past, bob.recipient);
    expect(statuses(told)).toEqual({
      'app.yaml: data key': {
        'db.user': 'unchanged',
        'db.password': 'unchanged',
        'hosts[0]': 'unchanged',
        'hosts[1]': 'unchanged',
        port: 'unchanged',
        api: 'set later',
      },
      'old.json: former': { gone: 'removed' },
      'smtp.env: former': { SMTP_USER: 're-encrypted', SMTP_TOKEN: 're-encrypted', SMTP_PASSWORD: 'changed' },
    });
    expect(told).toMatchObject({ values: 8, filesToChange: 2 });
    const since = Object.fromEntries(told.files[0]?.values.map(({ path, since: from }) => [path, from?.commit]) ?? []);
    expect(since).toMatchObject({ 'db.user': commits['start'], 'db.password': commits['password'], api: commits['api'] });
    expect(told.files.map(({ removedBy, gone }) => [removedBy?.commit, gone])).toEqual([
      [commits['removed'], false],
      [undefined, true],
      [commits['removed'], false],
    ]);
  });

  it('is compared where a key is at hand and that is asked for', () => {
    expect(statuses(exposed(past, bob.recipient, '--decrypt', 'smtp.env'))).toEqual({
      'smtp.env: former': { SMTP_USER: 'same', SMTP_TOKEN: 'same', SMTP_PASSWORD: 'changed' },
    });
  });

  it('is found by a name that .sops.yaml had, or by the beginning of the key', () => {
    const whole = exposed(past, bob.recipient);
    expect(exposed(past, 'bob leaver')).toEqual(whole);
    expect(exposed(past, bob.recipient.slice(0, 20))).toEqual(whole);
    const { status, stderr } = past.ours('exposure', 'age1');
    expect(status).not.toBe(0);
    expect(stderr).toContain('several recipients are meant by that');
    expect(past.ours('exposure', 'Carol').stderr).toContain('Bob Leaver');
  });

  it('is shown to people with what to do', () => {
    const { status, stdout } = past.ours('exposure', 'Bob Leaver');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^app\.yaml: encrypted for it until [0-9a-f]{9} of 2026-01-03, and has the same data key still$/m);
    expect(stdout).toMatch(/^ {2}db\.password +2026-01-02 [0-9a-f]{9} +unchanged$/m);
    expect(stdout).toMatch(/^8 values in 2 files to change at their source$/m);
    expect(stdout).toMatch(/^1 value removed since/m);
    expect(stdout).toMatch(/so rotate: app\.yaml$/m);
    expect(stdout).not.toMatch(/region|never|new\.yaml/);
  });

  it('leaves out what was replaced before a commit, and looks from a folder', () => {
    const still = { 'app.yaml: data key': { 'db.user': 'unchanged', api: 'set later' } };
    const told = statuses(exposed(past, bob.recipient, '--since', 'HEAD'));
    expect(told).toMatchObject(still);
    expect(Object.keys(told)).toEqual(['app.yaml: data key']);
    expect(statuses(exposed(past, bob.recipient, '--since', commits['api'] ?? ''))).toMatchObject({
      ...still,
      'smtp.env: former': { SMTP_USER: 're-encrypted', SMTP_PASSWORD: 'changed' },
    });
    expect(past.ours('exposure', bob.recipient, '--since', '--output=x').status).not.toBe(0);
  });

  it('says where a clone has but the end of the history', () => {
    past.git('clone', '-q', '--depth', '1', `file://${past.top}`, 'shallow');
    const { stdout } = past.ours('exposure', 'ada');
    expect(stdout).not.toContain('shallow');
    const clone = pastIn(lab, 'leaver/shallow');
    expect(clone.ours('exposure', ada.recipient).stdout).toContain('this clone is shallow');
    expect(clone.ours('blame', 'app.yaml').stderr).toContain('this clone is shallow');
  });

  it('says of Ada that all is still encrypted for her', () => {
    const { stdout } = past.ours('exposure', 'ada');
    expect(stdout).toMatch(/^still encrypted for it, .*: app\.yaml, new\.yaml, smtp\.env$/m);
  });
});

describe.skipIf(lacks('sops', 'age-keygen'))('a data key', () => {
  it('that two files share is known in both', () => {
    const past = pastIn(lab, 'copied');
    past.rule({ ada, bob });
    past.write('one.yaml', 'a: x\n');
    past.sops('encrypt', '-i', 'one.yaml');
    past.commit(1, 'one');
    past.rule({ ada });
    past.write('two.yaml', past.read('one.yaml'));
    past.sops('updatekeys', '-y', 'two.yaml');
    past.sops('set', 'two.yaml', '["b"]', '"y"');
    past.commit(2, 'two');
    expect(statuses(exposed(past, 'bob', 'two.yaml'))).toEqual({ 'two.yaml: data key': { a: 'set later', b: 'set later' } });
  });

  it('of several key groups is out of reach for one of them alone', () => {
    const past = pastIn(lab, 'groups');
    past.write(
      '.sops.yaml',
      `creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n      - age: [${ada.recipient}]\n      - age: [${bob.recipient}]\n`,
    );
    past.write('s.yaml', 'a: x\n');
    past.sops('encrypt', '-i', 's.yaml');
    past.commit(1, 'shared');
    expect(exposed(past, bob.recipient)).toMatchObject({ values: 0, files: [{ file: 's.yaml', access: 'share', values: [] }] });
    expect(past.ours('exposure', bob.recipient).stdout).toContain('readable only together with other key groups: s.yaml');
  });

  it('is followed through merges: a change on one side, a rotation on the other', () => {
    const past = pastIn(lab, 'merged');
    past.rule({ ada, bob });
    for (const file of ['one.yaml', 'two.yaml']) {
      past.write(file, 'a: x\nb: y\n');
      past.sops('encrypt', '-i', file);
    }
    past.commit(1, 'start');
    past.git('checkout', '-qb', 'side');
    past.sops('rotate', '-i', '--rm-age', bob.recipient, 'one.yaml');
    past.commit(2, 'rotate one');
    past.git('checkout', '-q', 'main');
    past.sops('set', 'two.yaml', '["a"]', '"z"');
    past.commit(3, 'change two');
    past.git('merge', '-q', '--no-edit', 'side');
    expect(statuses(exposed(past, bob.recipient))).toEqual({
      'one.yaml: former': { a: 're-encrypted', b: 're-encrypted' },
      'two.yaml: recipient': { a: 'unchanged', b: 'unchanged' },
    });
  });

  it('counts for what was changed under another and reverted, and for lists that were changed with a rotation', () => {
    const past = pastIn(lab, 'reverted');
    past.rule({ ada, bob });
    past.write('s.yaml', 'a: xy\nlist: [one, three]\n');
    past.sops('encrypt', '-i', 's.yaml');
    past.commit(1, 'start');
    past.sops('rotate', '-i', '--rm-age', bob.recipient, 's.yaml');
    past.rule({ ada });
    past.commit(2, 'Bob leaves');
    past.sops('set', 's.yaml', '["a"]', '"longer"');
    past.git('clone', '-q', '.', 'module');
    past.commit(3, 'change, and add a submodule');
    past.git('revert', '--no-edit', 'HEAD');
    past.write('s.yaml', past.sops('decrypt', 's.yaml').replace(/ +- one\n/, ''));
    past.sops('encrypt', '-i', 's.yaml');
    past.commit(4, 'take out an item');
    const statusesWith = (...flags: readonly string[]): unknown => statuses(exposed(past, bob.recipient, ...flags));
    const removed = { 'list[1]': 'removed' };
    expect(statusesWith()).toEqual({ 's.yaml: former': { a: 're-encrypted', 'list[0]': 're-encrypted', ...removed } });
    expect(statusesWith('--decrypt')).toEqual({ 's.yaml: former': { a: 'same', 'list[0]': 'same', ...removed } });
    expect(past.ours('exposure', bob.recipient).stdout).not.toContain('could not be read');
  });

  it('of another branch counts where all are looked at', () => {
    const past = pastIn(lab, 'branches');
    past.rule({ ada });
    past.write('s.yaml', 'a: x\n');
    past.sops('encrypt', '-i', 's.yaml');
    past.commit(1, 'start');
    past.git('checkout', '-qb', 'side');
    past.rule({ ada, bob });
    past.sops('updatekeys', '-y', 's.yaml');
    past.commit(2, 'give it to Bob');
    past.git('checkout', '-q', 'main');
    expect(past.ours('exposure', bob.recipient).stderr).toContain('nothing in this history');
    expect(statuses(exposed(past, bob.recipient, '--all'))).toEqual({ 's.yaml: data key': { a: 'set later' } });
  });
});

describe('a recipient', () => {
  const pgp = '85D77543B3D624B63CEA9E6DBC17301B491B3F21';
  const ssh = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKqmZ';
  const known = [
    { name: 'age1abc', called: ['Bob'] },
    { name: 'age1abd', called: ['Bob'] },
    { name: 'age1xyz', called: ['Carol', 'carol old'] },
    { name: pgp, called: [] },
    { name: ssh, called: [] },
    { name: 'arn:aws:kms:eu:1:key/a', called: [] },
    { name: 'arn:aws:kms:eu:1:key/a+arn:aws:iam::1:role/r', called: [] },
  ];
  const meant = (word: string): readonly string[] => recipientsMeant(word, known).map(({ name }) => name);

  it.each([
    ['age1xyz', ['age1xyz']],
    ['age1x', ['age1xyz']],
    ['AGE1XYZ', ['age1xyz']],
    ['carol', ['age1xyz']],
    ['Carol o', ['age1xyz']],
    ['BOB', ['age1abc', 'age1abd']],
    ['age1ab', ['age1abc', 'age1abd']],
    ['0x491B3F21', [pgp]],
    ['bc17301b491b3f21', [pgp]],
    ['85D7 7543 B3D6 24B6 3CEA  9E6D BC17 301B 491B 3F21', [pgp]],
    [`${ssh} carol@laptop`, [ssh]],
    ['arn:aws:kms:eu:1:key/a', ['arn:aws:kms:eu:1:key/a', 'arn:aws:kms:eu:1:key/a+arn:aws:iam::1:role/r']],
  ])('is meant by %s', (word, names) => {
    expect(meant(word)).toEqual(names);
  });

  it.each(['age1', '', 'dave', '3F21'])('is not meant by %j', (word) => {
    expect(() => meant(word)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
