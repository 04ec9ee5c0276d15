// Shows the main job on a machine with nothing but Node and npm: npm run demo
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'dist', 'bin', 'cli.cjs');
const folder = mkdtempSync(join(tmpdir(), 'sopsmith-demo-'));
const env = { ...process.env, SOPS_AGE_KEY_FILE: join(folder, 'keys.txt') };

/** @param {string} text */
const title = (text) => console.log(`\n== ${text}`);
/** @param {string} text */
const show = (text) =>
  console.log(
    text
      .trimEnd()
      .replaceAll(/^/gm, '   ')
      .replaceAll(/^(.{150}).+$/gm, '$1 …'),
  );
/** @param {string} name */
const read = (name) => readFileSync(join(folder, name), 'utf8');

/** @param {string} command @param {readonly string[]} words */
function prepare(command, words) {
  const { status } = spawnSync(command, words, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} failed`);
}

/** Runs the program as a user would, after showing the command line. @param {readonly string[]} words @param {Record<string, string>} [more] */
function sopsmith(words, more = {}) {
  const settings = Object.entries(more).map(([name, value]) => `${name}='${value}' `);
  console.log(`$ ${settings.join('')}sopsmith ${words.join(' ')}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: folder,
    env: { ...env, ...more },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`sopsmith ${words.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

/** The lines that differ: at each difference the nearest line that both have ends it. @param {readonly string[]} a @param {readonly string[]} b @returns {string[]} */
function diffLines(a, b) {
  const gaps = a.flatMap((line, i) => (b.includes(line) ? [{ i, j: b.indexOf(line) }] : []));
  const [nearest = { i: a.length, j: b.length }] = gaps.toSorted((one, other) => one.i + one.j - other.i - other.j);
  const { i, j } = nearest;
  const here = [...a.slice(0, i).map((line) => `- ${line}`), ...b.slice(0, j).map((line) => `+ ${line}`)];
  return i === a.length || j === b.length ? here : [...here, ...diffLines(a.slice(i + 1), b.slice(j + 1))];
}

/** @param {string} before @param {string} after */
const diff = (before, after) => diffLines(before.split('\n'), after.split('\n')).join('\n');

const secret = `# Read by the shop; rotate every quarter
apiVersion: v1
kind: Secret
metadata:
  name: database   # in eu-west
type: Opaque
stringData:
  username: "shop"
  password: 'correct horse battery staple'

  pin: 0777        # octal, on purpose
  hosts: [ db-1, db-2 ]
`;

if (!existsSync(join(root, 'node_modules', '.bin', 'tsdown'))) {
  console.log('installing packages ...');
  prepare('npm', ['ci', '--no-audit', '--no-fund']);
}
console.log('building ...');
prepare('npm', ['run', '--silent', 'build']);

try {
  title('an age identity, made for this demonstration');
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  writeFileSync(join(folder, 'keys.txt'), `# public key: ${recipient}\n${identity}\n`, { mode: 0o600 });
  show(`public key: ${recipient}`);

  title('.sops.yaml: whom to encrypt for, and what');
  writeFileSync(
    join(folder, '.sops.yaml'),
    `creation_rules:\n  - path_regex: secret\\.yaml$\n    encrypted_regex: ^(data|stringData)$\n    age: ${recipient}\n`,
  );
  show(read('.sops.yaml'));

  title('secret.yaml, a Kubernetes Secret');
  writeFileSync(join(folder, 'secret.yaml'), secret);
  show(secret);

  title('encrypt it in place: what changed');
  sopsmith(['encrypt', '--in-place', 'secret.yaml']);
  const sealed = read('secret.yaml');
  show(diff(secret, sealed));

  title('decrypt it');
  const opened = sopsmith(['decrypt', 'secret.yaml']);
  show(opened);
  if (opened !== secret) throw new Error('the decrypted file is not what was encrypted');
  console.log('   (byte for byte what it was: quotes, blank lines, comments, 0777)');

  title('edit it, with an editor that changes the password');
  const editor = join(folder, 'editor.mjs');
  writeFileSync(
    editor,
    "import { readFileSync, writeFileSync } from 'node:fs';\nconst file = process.argv[2];\nwriteFileSync(file, readFileSync(file, 'utf8').replace('battery staple', 'paper clip'));\n",
  );
  sopsmith(['edit', 'secret.yaml'], { EDITOR: `"${process.execPath}" "${editor}"` });
  console.log('   what changed in the encrypted file: one value, and in the metadata the time, the MAC and the layout');
  show(diff(sealed, read('secret.yaml')));
  console.log('   what changed in the plaintext:');
  show(diff(opened, sopsmith(['decrypt', 'secret.yaml'])));

  title('one value alone');
  show(sopsmith(['decrypt', '--extract', '["stringData"]["password"]', 'secret.yaml']));
} finally {
  rmSync(folder, { recursive: true });
}
