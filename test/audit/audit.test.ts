// The audit log, in a real PostgreSQL: what real sops records, ours records. The configuration file has one place, so each program runs with an /etc/sops of its own.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasPostgres, type Postgres, startPostgres } from '../peers/postgres.ts';
import { ageIdentity, fill, type Ran, runProgram, temporaryFolder } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const isRoot = process.getuid?.() === 0;
/** Runs a program with mounts of its own. */
const apart = ['unshare', '--mount'] as const;
const canMount = isRoot && spawnSync(apart[0], [apart[1], 'true']).status === 0;
const root = temporaryFolder('audit');

describe.skipIf(!canMount || !hasPostgres || lacks('sops', 'age-keygen', 'pg_ctlcluster'))('the audit log', () => {
  let postgres: Postgres | undefined;
  let count = 0;
  const { identity, recipient } = ageIdentity();
  const etc = join(root, 'etc');
  const env = { SOPS_AGE_KEY_FILE: join(root, 'identity.txt'), SOPS_AGE_RECIPIENTS: recipient, SOPS_DISABLE_VERSION_CHECK: '1' };
  const url = (password = 'word%20of%20sops', port = postgres?.port ?? 0): string =>
    `postgres://sops:${password}@127.0.0.1:${port}/postgres?sslmode=disable`;
  const configure = (...connections: readonly string[]): void => {
    fill(etc, { 'audit.yaml': JSON.stringify({ backends: { postgres: connections.map((one) => ({ connection_string: one })) } }) });
  };

  beforeAll(async () => {
    postgres = await startPostgres();
    fill(root, { 'identity.txt': identity });
    mkdirSync(etc);
    mkdirSync('/etc/sops', { recursive: true });
  });
  afterAll(async () => postgres?.close());

  /** Runs a program with the configuration in its place; answers what it recorded, too. */
  function run(command: readonly string[], argv: readonly string[]): Ran & { readonly recorded: readonly string[] } {
    count += 1;
    const cwd = join(root, String(count));
    fill(cwd, { 'plain.json': '{"a": 1}' });
    const seal = runProgram([needed('sops')], ['encrypt', 'plain.json'], { cwd, env });
    fill(cwd, {
      'kustomization.yaml': 'secretGenerator:\n  - name: app\n    files:\n      - sealed.json\n',
      'sealed.json': seal.stdout,
      'spoiled.json': seal.stdout.replace(/"lastmodified": "[^"]*"/, '"lastmodified": "2020-01-01T00:00:00Z"'),
    });
    postgres?.query('TRUNCATE audit_event');
    const inside = [...apart, 'sh', '-c', 'mount --bind "$0" /etc/sops && exec "$@"', etc, ...command];
    const ran = runProgram(inside, argv, { cwd, env: { ...env, EDITOR: 'sed -i s/1/2/' } });
    const rows = postgres?.query("SELECT action || ' ' || username || ' ' || file FROM audit_event ORDER BY id") ?? '';
    return { ...ran, recorded: rows.replaceAll(cwd, '').split('\n') };
  }

  test.each<[readonly string[]]>([
    [['decrypt', 'sealed.json']],
    [['encrypt', 'plain.json']],
    [['rotate', '-i', 'sealed.json']],
    [['edit', 'sealed.json']],
    [['edit', 'new.json']],
    [['set', 'sealed.json', '["a"]', '2']],
    [['unset', 'sealed.json', '["a"]']],
    [['decrypt', 'spoiled.json']],
    [['exec-env', 'sealed.json', 'true']],
    [['exec-file', 'sealed.json', 'cat {}']],
    [['filestatus', 'sealed.json']],
    [['-d', 'sealed.json']],
  ])('%j is recorded as by sops', (argv) => {
    configure(url());
    const expected = run([needed('sops')], argv);
    const ours = run(program, argv);
    expect(ours.recorded, ours.stderr).toEqual(expected.recorded);
    expect(ours.status, expected.stderr).toBe(expected.status);
  });

  test('each file of a kustomization is recorded as decrypted, and none that is only explained', () => {
    configure(url());
    const decrypted = run(program, ['decrypt', 'sealed.json']).recorded;
    expect(run(program, ['kustomize', 'decrypt', '.', '--output', 'plain']).recorded).toEqual(decrypted);
    expect(run(program, ['kustomize', 'decrypt', '.', '--explain']).recorded).toEqual(['']);
  });

  test('connection strings of pairs are taken, and several logs', () => {
    configure(url(), `host=127.0.0.1 port=${String(postgres?.port)} user=sops password='word of sops' dbname=postgres sslmode=disable`);
    expect(run(program, ['decrypt', 'sealed.json']).recorded).toEqual(run([needed('sops')], ['decrypt', 'sealed.json']).recorded);
  });

  test.each([
    ['a wrong password', (): string => url('wrong-word')],
    ['a database that is not there', (): string => url('word%20of%20sops', 1)],
  ])('with %s nothing is given out, nor is the password', (_, connection) => {
    configure(connection());
    expect(run([needed('sops')], ['decrypt', 'sealed.json'])).toMatchObject({ stdout: '', status: 1 });
    const { status, stdout, stderr } = run(program, ['decrypt', 'sealed.json']);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('the audit log cannot be written');
    expect(stderr).not.toMatch(/word/);
    const told = run(program, ['decrypt', '--in-place', '--json', 'sealed.json']);
    expect([told.status, JSON.parse(told.stdout)]).toMatchObject([1, [{ status: 'failed', error: { code: 'AUDIT_FAILED' } }]]);
  });
});
