// What Git shows of encrypted files, in real repositories with the real git; after each scenario a search for plaintext.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { equippedLab, planted } from './equipped.ts';

const lab = equippedLab();
const git = (folder: string, ...words: readonly string[]): string => lab.git(folder, ...words);
const { ours, seal, keyless } = lab;

/** A repository in which everything is set up. */
function prepared(name: string): string {
  const top = lab.repository(name);
  writeFileSync(join(top, '.gitattributes'), '*.yaml diff=sopsmith\n*.json diff=sopsmith\n*.bin diff=sopsmith\n');
  git(top, 'config', 'diff.sopsmith.textconv', 'sopsmith git textconv');
  return top;
}

/** Sets a value and commits. */
function change(top: string, file: string, path: string, value: string): void {
  expect(ours(top, ['set', file, path, JSON.stringify(value)])).toMatchObject({ status: 0 });
  git(top, 'commit', '-qam', 'change');
}

/** The lines that a diff takes out and puts in. */
const changes = (diff: string): readonly string[] => diff.match(/^[+-](?![+-])[^\n]*/gm) ?? [];

describe.skipIf(lacks('age-keygen'))('what Git shows', () => {
  let top: string;
  beforeAll(() => {
    top = prepared('main');
    seal(top, {
      'app.yaml': `# ${planted}\nuser: ${planted} one\nport: 1\nlist:\n  - ${planted} a\n`,
      'data.json': `{"key": "${planted}"}\n`,
      'blob.bin': `${planted}\u0000${'x'.repeat(100)}`,
    });
    lab.commit(top, { 'plain.yaml': 'a: 1\n' }, 'first');
    change(top, 'app.yaml', '["user"]', `${planted} two`);
  });
  afterEach(() => {
    lab.searchAll(planted);
  });

  it('is plaintext for who has a key: diff, log, show, blame', () => {
    expect(changes(git(top, 'diff', 'HEAD~1', 'app.yaml'))).toEqual([`-user: ${planted} one`, `+user: ${planted} two`]);
    expect(changes(git(top, 'log', '-p', '-1', '--format='))).toEqual([`-user: ${planted} one`, `+user: ${planted} two`]);
    expect(git(top, 'show', 'HEAD')).toContain(`+user: ${planted} two`);
    expect(git(top, 'show', '--textconv', 'HEAD:data.json')).toContain(`{"key": "${planted}"}\n# sops: age ${lab.recipient}\n`);
    const blame = git(top, 'blame', '--textconv', '-s', 'app.yaml').split('\n');
    expect(blame.find((line) => line.includes('user:'))).toContain(git(top, 'rev-parse', '--short=8', 'HEAD').trim());
    expect(blame.find((line) => line.includes('port:'))).toMatch(/^\^/);
    expect(changes(git(top, 'diff', '--word-diff=porcelain', 'HEAD~1', 'app.yaml'))).toEqual(['-one', '+two']);
  });

  it('is fingerprints and names of keys for who has none', () => {
    const told = lab.tryGit(top, ['log', '-p', '--format=%s', 'app.yaml'], keyless);
    expect(told).toMatchObject({ status: 0, stderr: '' });
    expect(told.stdout).not.toContain(planted);
    const [commit = ''] = told.stdout.split(/^first$/m);
    expect(changes(commit)).toEqual([
      expect.stringMatching(/^-user: ENC\[str [0-9a-f]{8}\]$/),
      expect.stringMatching(/^\+user: ENC\[str [0-9a-f]{8}\]$/),
    ]);
    expect(told.stdout).toContain('+# sopsmith: no key here opens this version; those that do stand at the end\n');
    expect(told.stdout).toContain(`+# sops: age ${lab.recipient}\n`);
    expect(told.stdout).not.toMatch(/lastmodified|mac:|BEGIN AGE/);
  });

  it('names keys as .sops.yaml calls them', () => {
    writeFileSync(join(top, '.sops.yaml'), `creation_rules:\n  - age:\n      - ${lab.recipient} # Ada's laptop\n`);
    const shown = git(top, 'show', '--textconv', 'HEAD:data.json');
    rmSync(join(top, '.sops.yaml'));
    expect(shown).toContain(`# sops: age ${lab.recipient} (Ada's laptop)\n`);
  });

  it('is a line for a binary file, encrypted or not', () => {
    expect(git(top, 'show', '--textconv', 'HEAD:blob.bin')).toMatch(
      /^# sopsmith: a binary file of 113 bytes, fingerprint [0-9a-f]{8}\n# sops: age/,
    );
    const binary = Buffer.from(Array.from({ length: 3000 }, (_, at) => at % 256));
    writeFileSync(join(top, 'raw.bin'), binary);
    expect(ours(top, ['git', 'textconv', 'raw.bin']).stdout).toMatch(
      /^# sopsmith: a binary file of 3000 bytes, fingerprint [0-9a-f]{8}\n$/,
    );
    rmSync(join(top, 'raw.bin'));
  });

  it('tells who came and went, and that the data key is another, but nothing where nothing is to be told', () => {
    git(top, 'checkout', '-qb', 'keys');
    expect(ours(top, ['rotate', '--in-place', '--add-age', lab.otherRecipient, 'app.yaml'])).toMatchObject({ status: 0 });
    const lines = changes(git(top, 'diff'));
    expect(lines).toHaveLength(3);
    expect(lines).toContain(`+# sops: age ${lab.otherRecipient}`);
    expect(lines.filter((line) => /^[+-]# sops: data key [0-9a-f]{8}$/.test(line))).toHaveLength(2);
    expect(changes(lab.tryGit(top, ['diff'], keyless).stdout)).toContain(`+# sops: age ${lab.otherRecipient}`);
    git(top, 'checkout', '-q', '--', '.');
    git(top, 'checkout', '-q', 'main');
    const again = readFileSync(join(top, 'app.yaml'), 'utf8').replace(/lastmodified: "[^"]*"/, 'lastmodified: "2020-01-01T00:00:00Z"');
    writeFileSync(join(top, 'app.yaml'), again);
    // The MAC is bound to that time.
    expect(changes(git(top, 'diff'))).toEqual([
      '+# sopsmith: MAC mismatch: the MAC is not one made with the data key of this file, at its `lastmodified`',
    ]);
    git(top, 'checkout', '-q', '--', '.');
  });

  it('says what is wrong with a broken MAC, and shows the file all the same', () => {
    const text = readFileSync(join(top, 'app.yaml'), 'utf8');
    writeFileSync(join(top, 'app.yaml'), text.replace(/^port: .*\n/m, ''));
    const { status, stdout } = lab.tryGit(top, ['diff']);
    expect(status).toBe(0);
    expect(changes(stdout)).toEqual([expect.stringMatching(/^\+# sopsmith: .*MAC mismatch: a key was removed/), '-port: 1']);
    const [one = '', two = ''] = text.match(/ENC\[[^\]]*type:str\]/g) ?? [];
    writeFileSync(join(top, 'app.yaml'), text.replace(two, one));
    expect(git(top, 'diff')).toMatch(/\+# sopsmith: .*\n\+# sopsmith: encrypted values are shown as fingerprints/);
    git(top, 'checkout', '-q', '--', '.');
  });

  it.each([
    ['no encrypted file', 'a: 1\n\u001B[31mred\n'],
    ['half a file', 'sops:\n    mac: ENC[AES256_GCM,data:'],
    ['conflict markers', '<<<<<<< ours\na: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\n=======\nsops:\n>>>>>>> theirs\n'],
    ['nothing', ''],
    ['no text', 'sops \u00ff ENC[AES256_GCM,'],
  ])('leaves %s as it is', (_, content) => {
    const bytes = Buffer.from(content, 'latin1');
    writeFileSync(join(top, 'odd.yaml'), bytes);
    const { status, stdout } = ours(top, ['git', 'textconv', 'odd.yaml']);
    rmSync(join(top, 'odd.yaml'));
    expect(status).toBe(0);
    expect(Buffer.from(stdout)).toEqual(Buffer.from(bytes.toString('utf8')));
  });

  it('takes hostile metadata for text, and tells a file that cannot be read', () => {
    writeFileSync(join(top, 'odd.yaml'), `${'a: '.repeat(2000)}\nsops:\n  age: [{recipient: "x\u001B[2J", enc: ENC[AES256_GCM,}]\n`);
    expect(ours(top, ['git', 'textconv', 'odd.yaml'])).toMatchObject({ status: 0, stderr: '' });
    rmSync(join(top, 'odd.yaml'));
    writeFileSync(join(top, 'huge.yaml'), '');
    truncateSync(join(top, 'huge.yaml'), 2 ** 31);
    expect(ours(top, ['git', 'textconv', 'huge.yaml'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('too large to be shown'),
    });
    rmSync(join(top, 'huge.yaml'));
    expect(ours(top, ['git', 'textconv', 'none.yaml']).status).toBe(2);
    expect(ours(top, ['git', 'textconv']).status).toBe(1);
  });

  it('follows renames, and takes line breaks of Windows', () => {
    git(top, 'checkout', '-qb', 'renames');
    git(top, 'mv', 'app.yaml', 'moved.yaml');
    change(top, 'moved.yaml', '["port"]', 'x');
    expect(git(top, 'show', '-M20%', '--format=', 'HEAD')).toMatch(/rename to moved\.yaml[^]*-port: 1\n\+port: "?x"?\n/);
    git(top, 'config', 'core.autocrlf', 'true');
    rmSync(join(top, 'moved.yaml'));
    git(top, 'checkout', '-q', '--', 'moved.yaml');
    expect(readFileSync(join(top, 'moved.yaml'), 'utf8')).toContain('\r\n');
    expect(git(top, 'diff')).toBe('');
    expect(changes(git(top, 'show', '-M20%', 'HEAD')).map((line) => line.trim())).toEqual(['-port: 1', expect.stringMatching(/^\+port: /)]);
    git(top, 'config', 'core.autocrlf', 'false');
    git(top, 'checkout', '-qf', 'main');
  });

  it('is the same in a linked work tree, a submodule and a sparse checkout', () => {
    git(top, 'worktree', 'add', '-q', '../linked', 'HEAD');
    expect(changes(git(join(lab.folder, 'linked'), 'show'))).toEqual([`-user: ${planted} one`, `+user: ${planted} two`]);
    const outer = prepared('outer');
    git(outer, 'submodule', 'add', '-q', top, 'inner');
    git(outer, 'commit', '-qm', 'inner');
    git(join(outer, 'inner'), 'config', 'diff.sopsmith.textconv', 'sopsmith git textconv');
    expect(ours(join(outer, 'inner'), ['set', 'app.yaml', '["port"]', '2'])).toMatchObject({ status: 0 });
    expect(changes(git(outer, 'diff', '--submodule=diff'))).toEqual(['-port: 1', '+port: 2']);
    const sparse = join(lab.folder, 'sparse');
    git(lab.folder, 'clone', '-q', '--no-checkout', top, sparse);
    git(sparse, 'sparse-checkout', 'set', '--no-cone', '/.gitattributes');
    git(sparse, 'checkout', '-q');
    git(sparse, 'config', 'diff.sopsmith.textconv', 'sopsmith git textconv');
    expect(changes(git(sparse, 'show'))).toEqual([`-user: ${planted} one`, `+user: ${planted} two`]);
  });
});

describe.skipIf(lacks('age-keygen'))('the memory of data keys', () => {
  let top: string;
  beforeAll(() => {
    top = prepared('long');
    seal(top, { 'app.yaml': `user: ${planted}\nn: 0\n` });
    lab.commit(top, {}, 'first');
    for (let n = 1; n <= 3; n++) change(top, 'app.yaml', '["n"]', `n${n}`);
    ours(top, ['git', 'cache', '--stop']);
  });
  const asked = (run: () => void): number => {
    const before = lab.calls();
    run();
    return lab.calls() - before;
  };
  const log = (env: Readonly<Record<string, string>> = {}): string => lab.tryGit(top, ['log', '-p'], env).stdout;

  it('asks for a key once a data key, not once a version', () => {
    let shown = '';
    expect(asked(() => (shown = log()))).toBe(1);
    expect(shown).toContain('+n: n3');
    expect(asked(() => log())).toBe(0);
    expect(ours(top, ['rotate', '--in-place', '--add-age', lab.otherRecipient, 'app.yaml'])).toMatchObject({ status: 0 });
    // A new data key: one call more. What was wrapped for others beside is no reason to ask again.
    expect(asked(() => git(top, 'diff'))).toBe(1);
    expect(ours(top, ['rotate', '--in-place', 'app.yaml'])).toMatchObject({ status: 0 });
    expect(asked(() => git(top, 'diff'))).toBe(1);
    git(top, 'checkout', '-q', '--', '.');
    lab.searchAll(planted);
  });

  it('is for the user alone, and holds nothing in its environment or on disk', () => {
    const folder = join(lab.folder, 'run', 'sopsmith');
    expect(ours(top, ['git', 'status']).stdout).toMatch(/data keys +\d+ remembered in memory, each for 900 seconds/);
    expect([statSync(folder).mode & 0o777, statSync(join(folder, 'data-keys-1')).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  it('forgets when it is told to, and after its time', async () => {
    git(top, 'show');
    expect(ours(top, ['git', 'cache', '--stop']).stderr).toBe('Forgotten.\n');
    expect(ours(top, ['git', 'cache', '--stop']).stderr).toBe('No data keys are remembered.\n');
    const soon = { SOPSMITH_GIT_CACHE: '1' };
    expect(asked(() => lab.tryGit(top, ['show'], soon))).toBe(1);
    expect(asked(() => lab.tryGit(top, ['show'], soon))).toBe(0);
    const socket = join(lab.folder, 'run', 'sopsmith', 'data-keys-1');
    await until(() => !existsSync(socket));
    expect(asked(() => lab.tryGit(top, ['show'], soon))).toBe(1);
    ours(top, ['git', 'cache', '--stop']);
  });

  it('can be switched off, and is no hindrance where there is no place for it', () => {
    expect(asked(() => lab.tryGit(top, ['show'], { SOPSMITH_GIT_CACHE: 'off' }))).toBe(2);
    git(top, 'config', 'sopsmith.cache', 'false');
    expect(asked(() => git(top, 'show'))).toBe(2);
    git(top, 'config', '--unset', 'sopsmith.cache');
    const run = join(lab.folder, 'squatted');
    mkdirSync(join(run, 'elsewhere'), { recursive: true });
    symlinkSync('elsewhere', join(run, 'sopsmith'));
    expect(asked(() => lab.tryGit(top, ['show'], { XDG_RUNTIME_DIR: run }))).toBe(2);
    rmSync(join(run, 'sopsmith'));
    mkdirSync(join(run, 'sopsmith'), { mode: 0o755 });
    expect(asked(() => lab.tryGit(top, ['show'], { XDG_RUNTIME_DIR: run }))).toBe(2);
    expect(readdirSync(join(run, 'sopsmith'))).toEqual([]);
  });

  it('does not try a file again at once that took long not to open', () => {
    const slow = join(lab.folder, 'slow-key');
    writeFileSync(slow, `#!/bin/sh\necho >> '${join(lab.folder, 'calls')}'\nsleep 0.6\nexit 1\n`, { mode: 0o755 });
    seal(top, { 'foreign.yaml': 'a: b\n' }, lab.otherRecipient);
    const shown = (): string => ours(top, ['git', 'textconv', 'foreign.yaml'], { SOPS_AGE_KEY_CMD: slow }).stdout;
    const texts: string[] = [];
    expect(asked(() => texts.push(shown(), shown()))).toBe(1);
    expect(texts[0]).toBe(texts[1]);
    rmSync(join(top, 'foreign.yaml'));
  });

  it('bears with whatever is sent to it', async () => {
    git(top, 'show');
    const socket = join(lab.folder, 'run', 'sopsmith', 'data-keys-1');
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(100_000, 255), Buffer.alloc(50, 7), Buffer.from('GET / HTTP/1.1\r\n\r\n')]) {
      const answer = await new Promise<Buffer>((resolve) => {
        const parts: Buffer[] = [];
        const client = connect(socket, () => client.end(bytes));
        client.on('data', (part: Buffer) => parts.push(part));
        client.on('error', () => undefined);
        client.on('close', () => {
          resolve(Buffer.concat(parts));
        });
      });
      expect(answer.subarray(1).every((byte) => byte === 0)).toBe(true);
    }
    expect(asked(() => git(top, 'show'))).toBe(0);
  });

  it('gives a data key for no file but its own', () => {
    git(top, 'show');
    // Another file that shows the wrapped key of the first: its values are under another data key.
    seal(top, { 'other.yaml': 'a: b\n' });
    const wrapped = (text: string): string => /-----BEGIN AGE[^]*?END AGE ENCRYPTED FILE-----/.exec(text)?.[0] ?? '';
    const [mine, other] = ['app.yaml', 'other.yaml'].map((file) => readFileSync(join(top, file), 'utf8'));
    writeFileSync(join(top, 'other.yaml'), other?.replace(wrapped(other), wrapped(mine ?? '')) ?? '');
    const { status, stdout } = ours(top, ['git', 'textconv', 'other.yaml']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^# sopsmith: .*\n# sopsmith: encrypted values are shown as fingerprints\na: ENC\[str /);
    rmSync(join(top, 'other.yaml'));
  });
});
