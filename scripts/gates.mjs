// Runs every check of the project and ends with one line of counts. `npm test` runs them all, `npm run check` those that take seconds.
//
//   node scripts/gates.mjs [--quick] [GATE...]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const reports = join(root, '.cache', 'reports');
const standalone = join(root, 'dist', 'standalone', process.platform === 'win32' ? 'sopsmith.exe' : 'sopsmith');

/** @typedef {{ name: string; command: string; quick?: boolean; stream?: boolean; env?: Record<string, string>; report?: string }} Gate */

/** Gates in one inner list may run side by side; the lists run one after another. @type {Gate[][]} */
const stages = [
  [{ name: 'peers', command: 'node scripts/peers.mjs', stream: true }],
  [
    { name: 'types', command: 'tsc -p .', quick: true },
    { name: 'types of the portable part', command: 'node scripts/portable-types.mjs', quick: true },
    { name: 'types of the scripts', command: 'tsc -p tsconfig.scripts.json', quick: true },
    { name: 'lint', command: 'oxlint --type-aware --deny-warnings', quick: true },
    { name: 'format', command: 'oxfmt --check', quick: true },
    { name: 'layers', command: 'depcruise src --output-type err', quick: true },
    { name: 'dead code', command: 'knip --no-progress', quick: true },
  ],
  [{ name: 'build', command: 'npm run --silent build', quick: true }],
  [
    { name: 'package', command: 'publint --strict' },
    { name: 'build of the standalone', command: 'npm run --silent build:standalone' },
  ],
  [{ name: 'tests', command: 'vitest run', stream: true, report: 'tests' }],
  [{ name: 'tests of the standalone', command: 'vitest run test/cli', stream: true, report: 'standalone', env: { SOPSMITH: standalone } }],
  [{ name: 'interop', command: 'npm run --silent interop -- --quick', stream: true }],
  [{ name: 'interop of keys', command: 'npm run --silent interop -- keys', stream: true }],
];

const count = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const red = [];
/** @type {Map<string, number>} */
const skipped = new Map();

/** @param {Gate} gate @returns {Promise<void>} */
async function pass(gate) {
  const start = Date.now();
  const { status, output } = await run(gate);
  // A gate of tests is counted by its tests; one that ended badly without a failed test still counts once.
  const tests = gate.report === undefined ? { passed: 1, failed: 0 } : tally(reportOf(gate.report));
  const green = status === 0 && tests.failed === 0;
  count.passed += green || gate.report !== undefined ? tests.passed : 0;
  count.failed += green ? 0 : Math.max(1, tests.failed);
  console.log(`${green ? 'ok  ' : 'FAIL'} ${gate.name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  if (green) return;
  red.push(gate.name);
  if (output !== '') console.log(output.trimEnd().replaceAll(/^/gm, '     '));
}

/** @param {string} name */
const reportOf = (name) => join(reports, `${name}.json`);

/** @param {Gate} gate @returns {Promise<{ status: number | null; output: string }>} */
function run({ command, stream, env, report }) {
  const pipe = stream ? 'inherit' : 'pipe';
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  const reporting = report === undefined ? '' : ` --reporter=default --reporter=json --outputFile.json=${reportOf(report)}`;
  if (report !== undefined) rmSync(reportOf(report), { force: true });
  return new Promise((resolve) => {
    const child = spawn(command + reporting, {
      cwd: root,
      shell: true,
      stdio: ['ignore', pipe, pipe],
      env: { ...process.env, PATH: path, ...env },
    });
    let output = '';
    for (const piped of [child.stdout, child.stderr])
      piped?.setEncoding('utf8').on('data', (/** @type {string} */ text) => (output += text));
    child.on('close', (status) => resolve({ status, output }));
  });
}

/** What a report of vitest counted; adds the tests that were skipped. @param {string} file @returns {{ passed: number; failed: number }} */
function tally(file) {
  if (!existsSync(file)) return { passed: 0, failed: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  for (const suite of report.testResults) {
    const idle = suite.assertionResults.filter(
      (/** @type {{ status: string }} */ { status }) => status !== 'passed' && status !== 'failed',
    ).length;
    const name = suite.name.slice(root.length);
    count.skipped += idle;
    if (idle > 0) skipped.set(name, (skipped.get(name) ?? 0) + idle);
  }
  // A file that does not even load has no test that could fail.
  const broken = report.testResults.filter(
    (/** @type {{ status: string; assertionResults: unknown[] }} */ suite) =>
      suite.status === 'failed' && suite.assertionResults.length === 0,
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
}

const words = process.argv.slice(2);
const quick = words.includes('--quick');
const named = words.filter((word) => !word.startsWith('--'));
const start = Date.now();

mkdirSync(reports, { recursive: true });
if (!existsSync(join(root, 'node_modules', '.bin', 'tsc'))) {
  console.log('installing the packages of package-lock.json');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
for (const stage of stages) {
  const chosen = stage.filter((gate) => (quick ? gate.quick === true : true) && (named.length === 0 || named.includes(gate.name)));
  if (red.some((name) => name.startsWith('build'))) {
    for (const { name } of chosen) console.log(`not run, since there is no build: ${name}`);
    continue;
  }
  const waiting = [...chosen];
  const lane = async () => {
    for (let gate = waiting.shift(); gate; gate = waiting.shift()) await pass(gate);
  };
  await Promise.all([lane(), lane()]);
}
for (const [file, tests] of skipped) console.log(`skipped: ${tests} in ${file}`);
if (red.length > 0) console.log(`red: ${red.join(', ')}`);
console.log(`${((Date.now() - start) / 1000).toFixed(0)} s`);
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
if (count.failed > 0 || red.length > 0) process.exitCode = 1;
