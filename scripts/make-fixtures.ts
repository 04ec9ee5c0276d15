// Encrypts the documents of fixtures/documents with real sops: one file a format, key type, selection rule and version of sops, with the command that
// made it in fixtures/sops/manifest.json. The files are committed; this is run by hand when there is a new sops, format or rule: npm run fixtures
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { needed } from '../test/support/peers.ts';

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));
const at = (...names: readonly string[]): string => join(fixtures, ...names);
const home = mkdtempSync(join(tmpdir(), 'gnupg-'));
const env = { ...process.env, GNUPGHOME: home, SOPS_AGE_KEY_FILE: at('keys', 'age.txt'), SOPS_DISABLE_VERSION_CHECK: 'true' };

const endings = ['yaml', 'json', 'env', 'ini', 'bin'] as const;
const versions = { '3.13.3': needed('sops'), '3.11.0': needed('sops-3.11') };
const rules: Readonly<Record<string, string>> = {
  default: '',
  'unencrypted-suffix': 'unencrypted_suffix: _enc',
  'encrypted-suffix': 'encrypted_suffix: _enc',
  'unencrypted-regex': 'unencrypted_regex: ^(kind|KIND|title|metadata)$',
  'encrypted-regex': 'encrypted_regex: (?i)^pass',
  'unencrypted-comment-regex': 'unencrypted_comment_regex: sops:clear',
  'encrypted-comment-regex': 'encrypted_comment_regex: sops:secret',
};

function run(command: string, ...words: readonly string[]): Buffer {
  const { status, stdout, stderr, error } = spawnSync(command, words, { cwd: fixtures, env, maxBuffer: 2 ** 26 });
  if (status !== 0) throw error ?? new Error(`${command} ${words.join(' ')}: ${stderr.toString()}`);
  return stdout;
}

const owner = 'sopsmith tests <tests@example.org>';

/** Identities for these files alone: they are public, and protect nothing. */
function makeKeys(): { readonly age: string; readonly pgp: string } {
  mkdirSync(at('keys'), { recursive: true });
  if (!existsSync(at('keys', 'age.txt'))) run(needed('age-keygen'), '-o', at('keys', 'age.txt'));
  if (!existsSync(at('keys', 'pgp.asc'))) {
    const old = ['--faked-system-time', '20200101T000000'];
    run(
      needed('gpg'),
      '--batch',
      '--quiet',
      ...old,
      '--passphrase',
      '',
      '--quick-generate-key',
      owner,
      'future-default',
      'default',
      'never',
    );
    writeFileSync(at('keys', 'pgp.asc'), run(needed('gpg'), '--batch', '--armor', '--export-secret-keys'));
  }
  run(needed('gpg'), '--batch', '--quiet', '--import', at('keys', 'pgp.asc'));
  const age = /age1[a-z0-9]+/.exec(readFileSync(at('keys', 'age.txt'), 'utf8'))?.[0] ?? '';
  const pgp = /^fpr:+([0-9A-F]{40}):/m.exec(run(needed('gpg'), '--batch', '--with-colons', '--list-secret-keys').toString())?.[1] ?? '';
  return { age, pgp };
}

const manifest: { file: string; decrypted: string; key: string; command: string; version: string }[] = [];
try {
  const keys = makeKeys();
  rmSync(at('sops'), { recursive: true, force: true });
  for (const folder of ['config', 'decrypted']) mkdirSync(at('sops', folder), { recursive: true });
  for (const ending of endings) {
    for (const [version, sops] of Object.entries(versions)) makeFiles(ending, version, sops, keys);
  }
  writeFileSync(at('sops', 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  console.log(`${manifest.length} files`);
} finally {
  spawnSync('gpgconf', ['--kill', 'all'], { env });
  rmSync(home, { recursive: true, force: true });
}

function makeFiles(ending: (typeof endings)[number], version: string, sops: string, keys: Readonly<Record<string, string>>): void {
  for (const [rule, text] of Object.entries(ending === 'bin' ? { default: '' } : rules)) {
    const decrypted = `sops/decrypted/${ending}-${rule}-${version}.${ending}`;
    for (const [key, recipient] of Object.entries(keys)) {
      const config = `sops/config/${key}-${rule}.yaml`;
      writeFileSync(at(config), `creation_rules:\n  - ${key}: ${recipient}\n${text === '' ? '' : `    ${text}\n`}`);
      const file = `sops/${ending}-${key}-${rule}-${version}.${ending}`;
      const words = ['--config', config, 'encrypt', `documents/sample.${ending}`];
      writeFileSync(at(file), run(sops, ...words));
      const plain = run(sops, 'decrypt', file);
      if (!existsSync(at(decrypted))) writeFileSync(at(decrypted), plain);
      else if (Buffer.compare(readFileSync(at(decrypted)), plain) !== 0) throw new Error(`${file} decrypts otherwise than its neighbours`);
      manifest.push({ file, decrypted, key, command: `sops ${words.join(' ')} > ${file}`, version });
    }
  }
}
