// Keys in folders and manifests, trees as they come, and command lines that are wrong.
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ageIdentity, fill, type Ran, runProgram, temporaryFolder } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { b64, data, generator, planted, secret, yamlText } from './flux-case.ts';
import { sealerFor } from './flux-sealer.ts';

const missing = lacks('age-keygen', 'kustomize');
const root = temporaryFolder('flux-trees');
const { identity, recipient } = missing ? { identity: '', recipient: '' } : ageIdentity();
const ours = (...argv: readonly string[]): Ran => runProgram(program, argv, { cwd: root, env: { SOPS_AGE_KEY: identity } });
const resource = { 'kustomization.yaml': 'resources:\n  - m.yaml\n' };

beforeAll(async () => {
  if (missing) return;
  const seal = sealerFor(recipient);
  fill(root, {
    'keys/a.agekey': identity,
    'good/kustomization.yaml': `resources:\n  - m.yaml\n${generator('x', ['c.yaml'])}`,
    'good/m.yaml': await seal.yaml(secret('y', `stringData:\n  a: ${planted}\n`), { selection: data }),
    'good/c.yaml': await seal.yaml(yamlText),
    'out/kustomization.yaml': '',
  });
});

describe.skipIf(missing)('keys and trees', () => {
  const explained = (...argv: readonly string[]): Ran => ours('kustomize', 'decrypt', 'good', '--explain', ...argv);

  test('a Secret in a manifest: data, stringData, one of several', () => {
    const manifest = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n---\n${secret('one', `data:\n  a.agekey: ${b64(identity)}\n`)}`;
    fill(root, {
      'one.yaml': manifest,
      'text.yaml': secret('text', `stringData:\n  a.agekey: ${JSON.stringify(identity)}\n`),
      'two.yaml': `${manifest}---\n${secret('two', `data:\n  a.agekey: ${b64(identity)}\n`)}`,
    });
    for (const argv of [['one.yaml'], ['text.yaml'], ['two.yaml', '--secret', 'two']])
      expect(explained('--keys', ...argv)).toMatchObject({ status: 0, stderr: '' });
    expect(explained('--keys', 'two.yaml')).toMatchObject({ status: 1, stderr: expect.stringContaining('--secret') });
    expect(explained('--keys', 'two.yaml', '--secret', 'three').stderr).toContain('no Secret called three');
  });

  test('an entry that Flux could not use is refused, and never shown', () => {
    fill(root, { 'ssh/id.agekey': '-----BEGIN OPENSSH PRIVATE KEY-----\nplanted-key\n-----END OPENSSH PRIVATE KEY-----\n' });
    const { status, stderr } = explained('--keys', 'ssh');
    expect(status).toBe(1);
    expect(stderr).toContain('entry id.agekey of the keys cannot be used: it is an SSH key');
    expect(stderr).not.toContain('planted-key');
  });

  test('says in words what it would do, with which key', () => {
    const { stdout } = explained('--keys', 'keys');
    expect(stdout).toContain(
      `decrypted good/m.yaml: Secret y\n            resources of good/kustomization.yaml\n            decrypted after the build, as a whole\n            opened by ${recipient}, with a.agekey\n`,
    );
    expect(stdout).toContain('MACs are not checked, as Flux does not check them: --check-mac does.');
    expect(stdout).not.toContain(planted);
  });

  test('--check-mac goes beyond', async () => {
    const text = (await sealerFor(recipient).yaml(secret('z', `stringData:\n  a: ${planted}\n`), { selection: data })).replace(
      'kind: Secret',
      'kind: Secret\ntype: Opaque',
    );
    fill(join(root, 'mac'), { ...resource, 'm.yaml': text });
    const decrypt = (...argv: readonly string[]): Ran => ours('kustomize', 'decrypt', 'mac', '--explain', ...argv);
    expect(decrypt()).toMatchObject({ status: 0 });
    expect(decrypt('--check-mac')).toMatchObject({ status: 1, stdout: expect.stringContaining('MAC') });
  });

  test('links that multiply a tree are given up', () => {
    fill(join(root, 'many'), { 'kustomization.yaml': '' });
    for (let level = 0; level < 24; level++) {
      mkdirSync(join(root, `many/${level}`));
      for (const name of ['a', 'b']) symlinkSync(`../${level + 1}`, join(root, `many/${level}/${name}`));
    }
    const { status, stderr } = ours('kustomize', 'decrypt', 'many', '--output', 'many-plain');
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('its links multiply it') });
  });

  test('absolute references count from the root', async () => {
    const sealed = await sealerFor(recipient).yaml(yamlText);
    fill(join(root, 'absolute'), {
      'kustomization.yaml': `resources:\n  - ${join(root, 'absolute/base')}\n${generator('one', [join(root, 'absolute/a.yaml'), 'b.yaml=/absolute/b.yaml'])}`,
      'a.yaml': sealed,
      'b.yaml': sealed,
      'base/kustomization.yaml': generator('two', ['c.yaml', '../d.yaml']),
      'base/c.yaml': sealed,
      'd.yaml': sealed,
    });
    const { status, stdout } = ours('kustomize', 'decrypt', 'absolute', '--explain', '--json');
    expect(status).toBe(0);
    const rows = JSON.parse(stdout).sources.map(
      ({ file, outcome }: { readonly file: string; readonly outcome: string }) => `${outcome} ${file}`,
    );
    expect(rows).toEqual(['a.yaml', 'b.yaml', 'base/c.yaml', 'd.yaml'].map((file) => `decrypted absolute/${file}`));
  });

  test('a folder without a kustomization file gets the one that Flux makes', async () => {
    const sealed = await sealerFor(recipient).yaml(secret('flat', `stringData:\n  a: ${planted}\n`), { selection: data });
    fill(join(root, 'flat'), {
      'deep/m.yaml': sealed,
      'sub/kustomization.yaml': generator('sub', ['c.txt']),
      'sub/c.txt': await sealerFor(recipient).binary('x'),
      'notes.md': 'x',
    });
    const { status, stderr } = ours('kustomize', 'decrypt', 'flat', '--output', 'flat-plain');
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const made = ours('kustomize', 'decrypt', 'flat-plain/flat', '--explain', '--json');
    expect(
      JSON.parse(made.stdout).sources.map(({ file, outcome }: { readonly file: string; readonly outcome: string }) => `${outcome} ${file}`),
    ).toEqual(['left flat-plain/flat/sub/c.txt', 'left flat-plain/flat/deep/m.yaml']);
  });

  test('says what is wrong with a command line', () => {
    const told = (...argv: readonly string[]): string => ours('kustomize', 'decrypt', ...argv).stderr;
    expect(told()).toContain('one folder with a kustomization is wanted');
    expect(told('good')).toContain('--output');
    expect(told('good', '--output', 'x', '--build')).toContain('only one of');
    expect(told('good', '--output', 'x', '--json')).toContain('--explain');
    expect(told('-', '--build')).toContain('standard output');
    expect(told('nothing', '--explain')).toContain('there is no folder nothing');
    expect(told('good', '--root', 'out', '--explain')).toContain('not below the root');
    expect(told('good', '--keys', 'nothing', '--explain')).toContain('there are no keys');
  });

  test('what Kustomize quotes of the plaintext is left out', async () => {
    const patch = await sealerFor(recipient).yaml(secret(planted, 'stringData:\n  a: b\n'));
    fill(join(root, 'quoted'), {
      'kustomization.yaml': 'resources:\n  - m.yaml\npatches:\n  - path: p.yaml\n',
      'm.yaml': secret('x', ''),
      'p.yaml': patch,
    });
    const { status, stdout, stderr } = ours('kustomize', 'decrypt', 'quoted', '--build');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/kustomize build failed: .*…/);
    expect(stderr).not.toContain(planted);
  });
});
