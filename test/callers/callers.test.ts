// Who calls `sops` today, with ours in its place. helm-secrets and ksops come from no package registry in reach: of them, and of others, the very command lines are run, with both programs.
import { describe, expect, test } from 'vitest';
import { lacks, needed } from '../support/peers.ts';
import { both, missing, recipient, values } from './call.ts';

const shell = (script: string): readonly string[] => ['sh', '-euc', script, 'caller'];

/** As `scripts/lib/backends/sops.sh` of helm-secrets and the exec plug-ins of Kustomize call it, and `inmanta_plugins/sops` of inmanta. */
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
  'inmanta looks for the version': 'sops -v | grep -oE "^sops [0-9.]+"',
  'inmanta decrypts content': 'sops decrypt --filename-override file.yaml --output-type json < secrets.yaml',
  'inmanta edits with an editor that talks over our standard input and output':
    'printf "db:\\n    user: root\\n" | SOPS_EDITOR="sh editor.sh" sops edit secrets.yaml',
};

describe.skipIf(missing)('command lines of callers', () => {
  test.each(Object.entries(callers))('%s', (_, script) => {
    const { theirs, ours, said } = both(shell(script), { plain: { 'editor.sh': 'cat "$1"; echo EOF; cat > "$1"\n' } });
    expect(ours, said).toEqual(theirs);
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

/** The class that `sops-mcp` encrypts and decrypts with: an empty config file, an empty home folder, keys for one call. */
const sopsMcp = `
import os
from sops_mcp.domains import Domain
from sops_mcp.sops import SopsEncryptor, SopsError
with open(os.environ["SOPS_AGE_KEY_FILE"]) as file:
    key = [line for line in file.read().splitlines() if line.startswith("AGE-SECRET-KEY")][0]
domain = Domain("default", (os.environ["RECIPIENT"],), (key,))
sops = SopsEncryptor()
sealed = sops.encrypt({"a": "1", "list": [1, 2.5, None, True], "_meta_unencrypted": {"by": "me"}}, domain)
print("by: me" in sealed, '"1"' in sealed, sops.decrypt(sealed, domain))
chosen = sops.encrypt({"a": "1", "data": {"b": "x"}}, domain, encrypted_regex="^data$")
print("a: " in chosen, "b: x" in chosen, sops.decrypt(chosen, domain))
try:
    sops.decrypt(sealed.replace("data:", "data:AAAA", 1), domain)
except SopsError as error:
    print("decrypt failed" in str(error))
`;

describe.skipIf(missing || lacks('callers-python'))('Python', () => {
  const python = (...words: readonly string[]): readonly string[] => [needed('callers-python'), ...words];

  test('sopsy decrypts, encrypts, rotates and fails as it does with sops', () => {
    const { theirs, ours, said } = both(python('-c', sopsy));
    expect(theirs.status).toBe(0);
    expect(ours, said).toEqual(theirs);
  });

  test('sops-mcp encrypts and decrypts', () => {
    const { theirs, ours, said } = both(python('-c', sopsMcp));
    expect(ours, said).toEqual(theirs);
    expect(theirs).toMatchObject({ status: 0, stdout: expect.stringMatching(/^True False .*\nTrue False .*\nTrue\n$/) });
  });

  test('sops-wrapper encrypts what rules take, beside it and in place, and decrypts it', () => {
    const folder = {
      plain: { '.sops.yaml': `creation_rules:\n  - path_regex: values\n    age: ${recipient}\n`, 'other.yaml': 'a: 1\n' },
    };
    for (const words of [[], ['--in-place']]) {
      const { theirs, ours, said } = both(python('-m', 'sops_wrapper', 'encrypt', ...words), folder);
      expect(Object.keys(theirs.files).includes('values.yaml.enc')).toBe(words.length === 0);
      expect(theirs.files).toMatchObject({ 'other.yaml': 'a: 1\n', 'values.yaml': values });
      expect(ours, said).toEqual(theirs);
    }
  });
});

/** `decryptSops` throws where anything stands on standard error. */
const sopsWrapper = `
const { decryptSops, execSops } = require('sops-wrapper');
console.log(JSON.stringify(decryptSops('secrets.yaml')));
console.log(execSops(['--decrypt', '--output-type', 'json', 'secrets.yaml']));
execSops(['--encrypt', '--in-place', 'values.yaml']);
execSops(['--rotate', '--in-place', 'secrets.yaml']);
console.log(execSops(['--decrypt', '--extract', '["db"]["user"]', 'values.yaml']));
try {
  decryptSops('none.yaml');
} catch (error) {
  console.log(error.exitCode, /non-existent/.test(error.message));
}
`;

describe.skipIf(missing || lacks('callers-node'))('Node', () => {
  test('sops-wrapper decrypts, with nothing on standard error, and fails as it does with sops', () => {
    const { theirs, ours, said } = both([needed('callers-node'), '-e', sopsWrapper]);
    expect(ours, said).toEqual(theirs);
    expect(theirs).toMatchObject({ status: 0, stdout: expect.stringMatching(/admin\n100 true\n$/) });
  });
});
