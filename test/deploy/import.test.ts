// Secrets of Kubernetes, encrypted by the creation rules and never in clear on disk.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fill, type Ran, runProgram, textOf } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { sealedFolder } from '../support/sealed-folder.ts';

const planted = 'PLANTED-hunter2';
const sealedKeys = "encrypted_regex: '^(data|stringData)$'";
const ofCluster = {
  uid: '6f3d',
  resourceVersion: '12',
  creationTimestamp: '2026-01-01T00:00:00Z',
  generation: 1,
  ownerReferences: [{ uid: 'x' }],
  managedFields: [{ manager: 'kubectl' }],
  annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"stringData":{"password":"${planted}"}}`, kept: 'yes' },
};
const secret = (name: string, namespace: string, more: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { ...ofCluster, name, namespace },
  type: 'Opaque',
  data: { password: btoa(planted), empty: '', noise: btoa('\u00FF\u00FE') },
  ...more,
});

describe.skipIf(lacks('sops', 'age-keygen'))('import', () => {
  const { path, env, ours, theirs } = sealedFolder('import');
  const imported = (argv: readonly string[], input = ''): Ran => runProgram(program, ['import', ...argv], { cwd: path, env, input });
  const opened = (name: string): unknown => {
    const ran = theirs('decrypt', '--output-type', 'json', name);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    return JSON.parse(ran.stdout);
  };

  beforeAll(() => {
    const recipient = env['SOPS_AGE_RECIPIENTS'] ?? '';
    fill(path, {
      '.sops.yaml': `creation_rules:
  - {path_regex: ^secrets/, age: ${recipient}, ${sealedKeys}}
  - {path_regex: ^whole/, age: ${recipient}}
  - {path_regex: ^part/, age: ${recipient}, encrypted_regex: '^stringData$'}
  - {path_regex: '\\.env$', age: ${recipient}}
`,
    });
  });

  it('takes lists of kubectl apart, without what the cluster wrote', () => {
    const list = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        secret('db', 'prod'),
        secret('db', 'test', { data: { a: 'YQ==' } }),
        secret('own', 'prod', { type: 'kubernetes.io/service-account-token' }),
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' } },
      ],
    });
    const ran = imported(['--string-data', '--output', 'secrets/list/', '-'], list);
    expect(ran).toMatchObject({ status: 0, stdout: '' });
    expect(ran.stderr).toContain('Secret prod/own is left out');
    expect(ran.stderr).toContain('ConfigMap other is left out');
    expect(opened('secrets/list/prod/db.yaml')).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace: 'prod', annotations: { kept: 'yes' } },
      type: 'Opaque',
      data: { noise: '//4=' },
      stringData: { password: planted, empty: '' },
    });
    expect(opened('secrets/list/test/db.yaml')).toMatchObject({ stringData: { a: 'a' } });
    expect(readdirSync(join(path, 'secrets/list'), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())).toHaveLength(2);
    const [before, again] = [textOf(path, 'secrets/list/prod/db.yaml'), imported(['--string-data', '--output', 'secrets/list', '-'], list)];
    expect(again.stderr).toContain(`${join('secrets/list', 'prod', 'db.yaml')}: unchanged`);
    expect(textOf(path, 'secrets/list/prod/db.yaml')).toBe(before);
    expect(`${ran.stderr}${again.stderr}${before}`).not.toContain(planted);
  });

  it('keeps comments and text of manifests, and ciphertext of what did not change', () => {
    const manifest = (password: string): string => `# Kept
apiVersion: v1
kind: Secret
metadata:
  name: db   # name
  uid: gone
stringData:
  user: admin
  password: '${password}'
---
apiVersion: v1
kind: Secret
metadata: {name: two}
data: {a: YQ==}
`;
    expect(imported(['--output', 'secrets/plain.yaml'], manifest(planted))).toMatchObject({ status: 0 });
    expect(ours('decrypt', 'secrets/plain.yaml').stdout).toBe(manifest(planted).replace('  uid: gone\n', ''));
    const before = /user: (ENC.*)/.exec(textOf(path, 'secrets/plain.yaml'))?.[1] ?? 'none';
    expect(imported(['--output', 'secrets/plain.yaml'], manifest('other'))).toMatchObject({ status: 0 });
    expect(textOf(path, 'secrets/plain.yaml')).toContain(`user: ${before}\n`);
    expect(ours('decrypt', 'secrets/plain.yaml').stdout).toContain("password: 'other'");
  });

  it('is the reverse of export --format k8s-secret', () => {
    const values = { PLAIN: 'a b', ODD: '$x "y" \'z\' \\n', MORE: 'ä\u2028' };
    fill(path, { 'vars.json': JSON.stringify(values) });
    expect(ours('encrypt', '--in-place', '--config', '/dev/null', 'vars.json')).toMatchObject({ status: 0 });
    const exported = ours('export', '--format', 'k8s-secret', '--name', 'vars', 'vars.json').stdout;
    expect(imported(['--string-data', '--output', 'secrets/vars.yaml'], exported)).toMatchObject({ status: 0 });
    expect(opened('secrets/vars.yaml')).toMatchObject({ metadata: { name: 'vars' }, type: 'Opaque', stringData: values });
    expect(imported(['--output', 'secrets/raw.json'], exported)).toMatchObject({ status: 0 });
    expect(opened('secrets/raw.json')).toMatchObject({ data: { PLAIN: btoa('a b') } });
    expect(imported(['--output', 'vars.env'], exported.replace(/ {2}ODD.*\n/, ''))).toMatchObject({ status: 0 });
    expect(opened('vars.env')).toEqual({ PLAIN: 'a b', MORE: values.MORE });
  });

  it('makes Secrets of .env files, or keeps them', () => {
    fill(path, { '.env': `# who\nexport USER=admin # c\nPASSWORD="${planted}\\n$USER"\n` });
    expect(imported(['--name', 'app', '--namespace', 'prod', '--output', 'secrets/app.yaml', '.env'])).toMatchObject({ status: 0 });
    expect(opened('secrets/app.yaml')).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'app', namespace: 'prod' },
      type: 'Opaque',
      stringData: { USER: 'admin', PASSWORD: `${planted}\n$USER` },
    });
    expect(imported(['--output', 'kept.env', '.env'])).toMatchObject({ status: 0 });
    expect(ours('decrypt', 'kept.env').stdout).toBe(textOf(path, '.env'));
    expect(imported(['--output', 'secrets/app.yaml', '.env']).stderr).toContain('needs a name');
  });

  it('writes nothing where a value would stay in clear, no rule takes the file, or there is one in clear', () => {
    const json = JSON.stringify(secret('db', 'prod'));
    fill(path, { 'secrets/clear.yaml': 'a: 1\n' });
    const refused: readonly (readonly [string, string])[] = [
      ['part/db.yaml', 'would leave data.password in clear'],
      ['elsewhere/db.yaml', 'no matching creation rules'],
      ['secrets/clear.yaml', 'it is not encrypted'],
      ['secrets/db.ini', '.yaml, .json or .env file'],
      ['-', 'an encrypted file to write is wanted'],
    ];
    for (const [output, message] of refused) {
      const ran = imported(['--output', output], json);
      expect(ran.status, output).not.toBe(0);
      expect(ran.stderr, output).toContain(message);
      expect(`${ran.stdout}${ran.stderr}`, output).not.toContain(planted);
      expect(output === 'secrets/clear.yaml' || !existsSync(join(path, output)), output).toBe(true);
    }
    expect(readFileSync(join(path, 'secrets/clear.yaml'), 'utf8')).toBe('a: 1\n');
    for (const [bad, message] of [
      [{ data: { a: planted } }, 'no base64'],
      [{ metadata: { name: '../x' } }, 'would not take'],
      [{ sops: { mac: 'x' } }, 'encrypted already'],
      [{ kind: 'ConfigMap' }, 'there is no Secret'],
    ] as const) {
      const ran = imported(['--output', 'secrets/'], JSON.stringify(secret('db', 'prod', bad)));
      expect(ran.status, message).not.toBe(0);
      expect(ran.stderr).toContain(message);
      expect(ran.stderr).not.toContain(planted);
    }
  });

  it('warns of a rule that encrypts what Kubernetes reads', () => {
    const ran = imported(['--output', 'whole/db.yaml'], JSON.stringify(secret('db', 'prod')));
    expect(ran).toMatchObject({ status: 0 });
    expect(ran.stderr).toContain('encrypts metadata or kind too');
    expect(ran.stderr).toContain('encrypted_regex');
  });
});
