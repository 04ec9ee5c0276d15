// Runs the proof of `../shared/peers` with ours and real sops, each encrypting for the other: npm run prove
// It is the project's own measure from outside: where the folder is not beside this checkout there is nothing to run.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const proof = join(root, '..', 'shared', 'peers');
const program = join(root, 'dist', 'bin', 'cli.cjs');
const installed = join(root, '.cache', 'peers', 'bin');

if (!existsSync(join(proof, 'prove.sh'))) {
  console.log('prove: not run, since ../shared/peers is not beside this checkout');
  process.exit(0);
}
if (!existsSync(program)) throw new Error('there is no build: npm run build');

const folder = mkdtempSync(join(tmpdir(), 'prove-'));
cpSync(proof, folder, { recursive: true });
const ours = process.env['SOPSMITH'] ?? `${process.execPath} ${program}`;
let failed = false;
try {
  for (const [title, ENC, DEC] of [
    ['ours encrypts, sops decrypts', ours, 'sops'],
    ['sops encrypts, ours decrypts', 'sops', ours],
  ]) {
    const { status, stdout } = spawnSync('bash', [join(folder, 'prove.sh')], {
      env: { ...process.env, ENC, DEC, PATH: [installed, process.env['PATH']].join(delimiter) },
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    });
    console.log(
      stdout
        .split('\n')
        .filter((line) => !line.startsWith('ok '))
        .join('\n')
        .trim(),
    );
    console.log(`prove: ${title}: ${status === 0 ? 'ok' : 'FAIL'}`);
    failed ||= status !== 0;
  }
} finally {
  spawnSync('bash', [join(folder, 'stop.sh')], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
}
if (failed) process.exitCode = 1;
