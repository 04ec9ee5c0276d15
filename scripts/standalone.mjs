// Compiles the program into one executable that needs nothing beside it: dist/standalone/sopsmith. Bun comes from its npm package.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const suffix = process.platform === 'win32' ? '.exe' : '';
const target = join(root, 'dist', 'standalone', `sopsmith${suffix}`);

/** Bun's own package is empty until its install script has run; the package of the platform holds the program either way. */
const bun = [
  join(modules, '@oven', `bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}`, 'bin', `bun${suffix}`),
  join(modules, 'bun', 'bin', 'bun.exe'),
].find(existsSync);
if (bun === undefined) throw new Error('bun has no package for this platform: the standalone cannot be built here');

mkdirSync(join(root, 'dist', 'standalone'), { recursive: true });
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const flags = [
  '--compile',
  '--minify',
  '--bytecode',
  '--format=esm',
  // What a run does not need stays packed: one module of all the code takes twice as long to start.
  '--splitting',
  '--conditions=source',
  '--define',
  `SOPSMITH_VERSION='${version}'`,
  ...process.argv.slice(2),
];
const { status, stderr, error } = spawnSync(bun, ['build', ...flags, 'src/cli/main.ts', '--outfile', target], {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'pipe'],
});
if (status !== 0) {
  console.error(error?.message ?? stderr);
  process.exit(1);
}
console.log(`${target.slice(root.length)}: ${(statSync(target).size / 2 ** 20).toFixed(0)} MiB`);
