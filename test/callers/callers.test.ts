// Who calls `sops` today, with ours in its place. sopsy is the real one; of the others the very command lines are run, with both programs: helm-secrets and ksops come from no package registry in reach, Ansible's collection and the wrapper on npm were left out for their size.
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ageIdentity, fill, type Ran, runProgram, temporaryFolder, textOf } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const root = temporaryFolder('callers');
const missing = lacks('sops', 'age-keygen');
const { identity, recipient } = missing ? { identity: '', recipient: '' } : ageIdentity();
const values = 'db:\n    user: admin\n    port: 5432\n';
const rules = JSON.stringify({ creation_rules: [{ age: recipient }] });
const programs = ['ours', 'theirs'] as const;

beforeAll(() => {
  if (missing) return;
  const quoted = program.map((word) => `'${word}'`).join(' ');
  fill(root, {
    'ours/sops': `#!/bin/sh\nexec ${quoted} "$@"\n`,
    'theirs/sops': `#!/bin/sh\nexec '${needed('sops')}' "$@"\n`,
    'identity.txt': identity,
  });
  for (const name of programs) chmodSync(join(root, name, 'sops'), 0o755);
});

let count = 0;
/** Runs a caller in a folder of its own that has a plain and an encrypted file, with one of the programs as `sops`. */
function call(name: (typeof programs)[number], caller: readonly string[], input = ''): Ran & { readonly files: readonly string[] } {
  count += 1;
  const cwd = join(root, `run-${count}`);
  mkdirSync(cwd);
  const env = {
    PATH: `${join(root, name)}:${process.env['PATH'] ?? ''}`,
    SOPS_AGE_KEY_FILE: join(root, 'identity.txt'),
    SOPS_DISABLE_VERSION_CHECK: '1',
  };
  fill(cwd, { 'values.yaml': values, '.sops.yaml': rules });
  fill(cwd, { 'secrets.yaml': runProgram([needed('sops')], ['encrypt', 'values.yaml'], { cwd, env }).stdout });
  const ran = runProgram(caller, [], { cwd, env, input });
  const opened = ['values.yaml', 'secrets.yaml'].map((file) => {
    const { status, stdout } = runProgram([needed('sops')], ['decrypt', file], { cwd, env });
    return status === 0 ? stdout : textOf(cwd, file);
  });
  return { ...ran, files: opened };
}

const shell = (script: string): readonly string[] => ['sh', '-euc', script, 'caller'];

/** As `scripts/lib/backends/sops.sh` of helm-secrets, the exec plug-ins of Kustomize and `plugins/module_utils/sops.py` of community.sops call it. */
const callers: Readonly<Record<string, string>> = {
  'helm-secrets decrypts a file': 'sops --decrypt --input-type yaml --output-type yaml secrets.yaml',
  'helm-secrets decrypts in place': 'sops --decrypt --input-type yaml --output-type yaml --in-place secrets.yaml; cat secrets.yaml',
  'helm-secrets decrypts into a file':
    'sops --decrypt --input-type yaml --output-type yaml --output secrets.yaml.dec secrets.yaml; cat secrets.yaml.dec',
  'helm-secrets encrypts in place, and knows it':
    "sops --encrypt --input-type yaml --output-type yaml --in-place values.yaml; grep -c 'mac.*,type:str]' values.yaml",
  'helm-secrets encrypts into a file':
    "sops --encrypt --input-type yaml --output-type yaml --output out.yaml values.yaml; grep -xq 'sops:' out.yaml",
  'helm-secrets decrypts a literal':
    'sops --decrypt --input-type yaml --output-type json secrets.yaml > plain.json; sops --encrypt --input-type json --output-type json plain.json | sops --decrypt --input-type json --output-type json /dev/stdin',
  'helm-secrets edits': "EDITOR='sed -i s/admin/root/' sops --input-type yaml --output-type yaml secrets.yaml",
  'helm-secrets fails with a file that is not encrypted': 'sops --decrypt --input-type yaml --output-type yaml values.yaml',
  'ksops decrypts what it reads': 'cat secrets.yaml | sops --decrypt --input-type yaml --output-type yaml /dev/stdin',
  'Ansible looks up a value': `sops decrypt --input-type yaml --output-type json --extract '["db"]["user"]' secrets.yaml`,
  'Ansible decrypts content': 'cat secrets.yaml | sops decrypt --input-type yaml --output-type yaml /dev/stdin',
  'Ansible encrypts content':
    'cat values.yaml | sops --config .sops.yaml encrypt --input-type yaml --output-type json --filename-override x.json /dev/stdin | sops decrypt --input-type json --output-type yaml /dev/stdin',
  'Ansible asks for the status': 'sops filestatus secrets.yaml; sops filestatus values.yaml',
  'sops-wrapper decrypts, with nothing on standard error': 'sops --decrypt secrets.yaml 2>&1',
};

describe.skipIf(missing)('command lines of callers', () => {
  test.each(Object.entries(callers))('%s', (_, script) => {
    const expected = call('theirs', shell(script));
    const ours = call('ours', shell(script));
    expect([ours.status, ours.stdout, ours.files], ours.stderr).toEqual([expected.status, expected.stdout, expected.files]);
  });
});

const sopsy = `
import json
from sopsy import Sops, SopsyInOutType, SopsyInputSource
from sopsy.errors import SopsyCommandFailedError
print(json.dumps(Sops("secrets.yaml").decrypt()))
print(Sops("secrets.yaml").get("db")["user"])
print(Sops("secrets.yaml", output_type=SopsyInOutType.JSON).decrypt(to_dict=False).decode())
print(Sops("secrets.yaml", extract='["db"]["user"]').decrypt(to_dict=False).decode())
print(Sops(open("secrets.yaml", "rb").read(), input_source=SopsyInputSource.STDIN, input_type="yaml").decrypt())
Sops("values.yaml", in_place=True).encrypt()
print(Sops("values.yaml").decrypt())
Sops("secrets.yaml", in_place=True).rotate()
try:
    Sops("none.yaml").decrypt()
except SopsyCommandFailedError as error:
    print("non-existent" in str(error))
`;

describe.skipIf(missing || lacks('sopsy-python'))('sopsy', () => {
  test('decrypts, encrypts, rotates and fails as it does with sops', () => {
    const caller = [needed('sopsy-python'), '-c', sopsy];
    const expected = call('theirs', caller);
    expect(expected).toMatchObject({ status: 0 });
    const ours = call('ours', caller);
    expect([ours.status, ours.stdout, ours.files], ours.stderr).toEqual([expected.status, expected.stdout, expected.files]);
  });
});
