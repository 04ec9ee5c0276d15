// Generator manifests of ksops, as their users have them, through the real Kustomize.
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { formats } from '../../src/formats/index.ts';
import { at, textIn, textsIn } from '../../src/deploy/flux/tree-nodes.ts';
import { fill, type Ran, runProgram } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { sealedFolder } from '../support/sealed-folder.ts';

const definition = readFileSync(fileURLToPath(new URL('../../examples/argocd/plugin.yaml', import.meta.url)), 'utf8');
const planted = 'PLANTED-hunter2';

const generator = (asked: string, name = 'generator'): string =>
  `apiVersion: viaduct.ai/v1
kind: ksops
metadata:
  name: ${name}
  annotations:
    config.kubernetes.io/function: |
      exec:
        # on the PATH
        path: ksops
${asked}`;

const files = {
  'secret.enc.yaml': `apiVersion: v1
kind: Secret
metadata:
  name: one
  annotations:
    kustomize.config.k8s.io/needs-hash: "true"
stringData:
  password: ${planted}
  answer: "yes"
  odd: "del\\x7F"
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two}
data: {when: "2020-01-01", number: "1e3"}
---
`,
  'replaced.enc.yaml': `apiVersion: v1
kind: Secret
metadata:
  name: base
  annotations:
    kustomize.config.k8s.io/behavior: replace
stringData: {a: new}
`,
  'vars.env': 'USER=admin # who\nexport PASSWORD="two\\nlines of $USER"\n',
  'conf.json': '{"a": 1}\n',
  'broken.env': `X="${planted}\n`,
  'odd.enc.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\ndata: {x: "${planted}\\x7F"}\n`,
  'list.enc.json': `["${planted}"]`,
};

const missing = lacks('sops', 'age-keygen', 'kustomize');

describe.skipIf(missing)('ksops', () => {
  const { path, env, seal } = sealedFolder('ksops');
  const build = (asked: string, more: Readonly<Record<string, string>> = {}, kustomization = 'generators: [generator.yaml]\n'): Ran => {
    fill(path, { 'kustomization.yaml': kustomization, 'generator.yaml': generator(asked), ...more });
    return runProgram([needed('kustomize')], ['build', '--enable-alpha-plugins', '--enable-exec', '.'], {
      cwd: path,
      env: { ...env, PATH: `${join(path, 'bin')}:${process.env['PATH'] ?? ''}` },
    });
  };
  const manifests = (ran: Ran) => {
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    const yaml = formats.find(({ name }) => name === 'yaml');
    return yaml?.parse(ran.stdout).branches ?? [];
  };

  beforeAll(() => {
    const { 'list.enc.json': list, ...sealable } = files;
    seal(sealable);
    seal({ 'list.enc': list, 'noise.bin': 'binary \u0000 \u0001' });
    // By its own name: an argument is what Kustomize does not give.
    mkdirSync(join(path, 'bin'));
    const named = join(path, 'bin', 'named', 'ksops');
    mkdirSync(join(path, 'bin', 'named'));
    symlinkSync(program.at(-1) ?? '', named);
    const quoted = [...program.slice(0, -1), named].map((word) => `'${word}'`).join(' ');
    writeFileSync(join(path, 'bin', 'ksops'), `#!/bin/sh\nexec ${quoted} "$@"\n`);
    chmodSync(join(path, 'bin', 'ksops'), 0o755);
  });

  it('decrypts files, with several documents, and leaves names and hashes to Kustomize', () => {
    const [config, secret] = manifests(build('files: [./secret.enc.yaml]\n'));
    expect(textIn(at(config, 'data', 'number'))).toBe('1e3');
    expect(textIn(at(config, 'data', 'when'))).toBe('2020-01-01');
    expect(textIn(at(secret, 'metadata', 'name'))).toMatch(/^one-[a-z0-9]{10}$/);
    expect(textIn(at(secret, 'stringData', 'password'))).toBe(planted);
    expect(textIn(at(secret, 'stringData', 'answer'))).toBe('yes');
    expect(at(secret, 'stringData', 'odd')).toBeUndefined();
    expect(textIn(at(secret, 'data', 'odd'))).toBe(btoa('del\u007F'));
  });

  it('makes Secrets of files, binary files and variables', () => {
    const [secret] = manifests(
      build(`secretFrom:
- metadata:
    name: made
    namespace: prod
    labels: {app: shop}
    annotations: {note: "1"}
  type: example.org/made
  files: [conf.json, vars=./vars.env]
  binaryFiles: [noise.bin, again=conf.json]
  envs: [./vars.env]
`),
    );
    expect(textIn(at(secret, 'metadata', 'namespace'))).toBe('prod');
    expect(textIn(at(secret, 'metadata', 'labels', 'app'))).toBe('shop');
    expect(textIn(at(secret, 'metadata', 'annotations', 'note'))).toBe('1');
    expect(textIn(at(secret, 'type'))).toBe('example.org/made');
    expect(textIn(at(secret, 'stringData', 'conf.json'))).toBe(files['conf.json']);
    expect(textIn(at(secret, 'stringData', 'vars'))).toBe(files['vars.env']);
    expect(textIn(at(secret, 'stringData', 'USER'))).toBe('admin');
    expect(textIn(at(secret, 'stringData', 'PASSWORD'))).toBe('two\nlines of admin');
    expect(textIn(at(secret, 'data', 'noise.bin'))).toBe(btoa('binary \u0000 \u0001'));
    expect(textIn(at(secret, 'data', 'again'))).toBe(btoa(files['conf.json']));
  });

  it('replaces and makes names with a hash, as annotations say', () => {
    const ran = build(
      `files: [replaced.enc.yaml]
secretFrom:
- metadata:
    name: hashed
    annotations: {kustomize.config.k8s.io/needs-hash: "true"}
  envs: [vars.env]
`,
      { 'base.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: base}\nstringData: {a: old, b: old}\n' },
      'resources: [base.yaml]\ngenerators: [generator.yaml]\n',
    );
    const [base, hashed] = manifests(ran);
    expect(textIn(at(base, 'stringData', 'a'))).toBe('new');
    expect(at(base, 'stringData', 'b')).toBeUndefined();
    expect(textIn(at(hashed, 'metadata', 'name'))).toMatch(/^hashed-/);
  });

  it('runs as an exec plug-in of the old kind, and by a generator alone', () => {
    const home = join(path, 'plugins');
    const folder = join(home, 'viaduct.ai', 'v1', 'ksops');
    mkdirSync(folder, { recursive: true });
    symlinkSync(join(path, 'bin', 'ksops'), join(folder, 'ksops'));
    fill(path, {
      'kustomization.yaml': 'generators: [old.yaml]\n',
      'old.yaml': 'apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: old}\nfiles: [secret.enc.yaml]\n',
    });
    const ran = runProgram([needed('kustomize')], ['build', '--enable-alpha-plugins', '.'], {
      cwd: path,
      env: { ...env, KUSTOMIZE_PLUGIN_HOME: home },
    });
    expect(manifests(ran)).toHaveLength(2);
    const alone = runProgram(program, ['ksops', 'old.yaml'], { cwd: path, env });
    expect(manifests(alone)).toHaveLength(2);
    expect(runProgram(program, ['ksops'], { cwd: path, env, input: readFileSync(join(path, 'old.yaml')) })).toEqual(alone);
  });

  it('fails in the message of Kustomize, without a value', () => {
    const cases: Readonly<Record<string, string>> = {
      'files: [gone.yaml]\n': 'gone.yaml: there is no such file',
      'files: [kustomization.yaml]\n': 'sops metadata not found',
      'files: [odd.enc.yaml]\n': 'odd.enc.yaml: data.x: ConfigMap odd: a value has a control character',
      'secretFrom: [{metadata: {name: x}, envs: [broken.env]}]\n': 'broken.env',
      'files: [list.enc]\n': 'list.enc',
      'secretFrom: [{envs: [vars.env]}]\n': 'the Secret has no name',
      'secretFrom: [{metadata: {name: x}, files: [a=b=c]}]\n': 'a file is named as path or as key=path',
      '\n': 'the generator names neither files nor secretFrom',
    };
    for (const [asked, message] of Object.entries(cases)) {
      const ran = build(asked);
      expect(ran, asked).toMatchObject({ status: 1, stdout: '' });
      expect(ran.stderr, asked).toContain(message);
      expect(ran.stderr, asked).not.toContain(planted);
    }
    const denied = runProgram([join(path, 'bin', 'ksops')], [], { cwd: path, input: generator('files: [secret.enc.yaml]\n') });
    expect(denied).toMatchObject({ status: 128, stdout: '' });
    expect(denied.stderr).toContain('secret.enc.yaml');
  });

  it('is what the plug-in of Argo CD generates with', () => {
    const yaml = formats.find(({ name }) => name === 'yaml');
    const [plugin] = yaml?.parse(definition).branches ?? [];
    expect(textIn(at(plugin, 'kind'))).toBe('ConfigManagementPlugin');
    const [command, ...words] = textsIn(at(plugin, 'spec', 'generate', 'command'));
    fill(path, { 'kustomization.yaml': 'generators: [generator.yaml]\n', 'generator.yaml': generator('files: [secret.enc.yaml]\n') });
    const ran = runProgram([needed('kustomize')], words, {
      cwd: path,
      env: { ...env, PATH: `${join(path, 'bin')}:${process.env['PATH'] ?? ''}` },
    });
    expect(command).toBe('kustomize');
    expect(manifests(ran)).toHaveLength(2);
  });
});
