// Compares the two programs: npm run interop -- [--only WORD] [--count N] [--seed N] [--quick] on many documents, npm run interop -- keys [--only WORD] with every kind of master key
import { parseArgs } from 'node:util';
import type { FormatName } from '../../src/formats/format.ts';
import { lacks } from '../support/peers.ts';
import { casesOf } from './documents.ts';
import { lossless, ours, theirs } from './exchange.ts';
import { programs } from './program.ts';
import { scan } from './scan.ts';
import { shrink } from './shrink.ts';
import type { Case, Finding, Suite } from './suite.ts';

const suites: readonly Suite[] = [scan, lossless, ours, theirs, programs];
const formats: readonly FormatName[] = ['yaml', 'json', 'dotenv', 'ini', 'binary'];
/** Differences of one suite that are made small and shown; the others are counted. */
const shown = 3;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    count: { type: 'string' },
    seed: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
  },
});
const seed = Number(options.seed);
const count = Number(options.count ?? (options.quick ? 500 : 3000));

if (lacks('sops', 'oracle', 'age-keygen')) {
  console.log('interop: skipped, since real sops, age-keygen or the oracle is missing: npm run peers says why');
  process.exit(0);
}
if (positionals.includes('keys')) {
  const [{ keyMatrix }, { keyRows }] = await Promise.all([import('./keys.ts'), import('./key-rows.ts')]);
  const { passed, failed } = await keyMatrix(keyRows.filter(({ title }) => title.includes(options.only ?? '')));
  console.log(`interop keys: ${passed} cells passed, ${failed} failed`);
  process.exit(failed > 0 || passed === 0 ? 1 : 0);
}
console.log(`interop: seed ${seed}, ${count} documents a format`);
let [passed, failed] = [0, 0];
for (const suite of suites) {
  for (const format of formats) {
    const title = `${format}: ${suite.name}`;
    if (!suite.formats.includes(format) || !title.includes(options.only ?? '')) continue;
    if (await runSuite(suite, format, title)) passed++;
    else failed++;
  }
}
console.log(`interop: ${passed} suites passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;

async function runSuite(suite: Suite, format: FormatName, title: string): Promise<boolean> {
  const start = Date.now();
  const cases = casesOf(format, seed, Math.min(count, suite.most === undefined ? count : suite.most / (options.quick ? 10 : 1)));
  const findings = await suite.check(format, cases);
  const number = (wanted: Finding): number => findings.filter((finding) => finding === wanted).length;
  const wrong = findings.flatMap((finding, at) => (typeof finding === 'object' ? [{ finding, at }] : []));
  const judged = cases.length - number('refused') - number('beyond sops');
  const aside = [`${number('refused')} refused by both`, `${number('beyond sops')} beyond sops`]
    .filter((text) => !text.startsWith('0 '))
    .join(', ');
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  console.log(
    `${wrong.length === 0 ? 'ok  ' : 'FAIL'} ${title}: ${judged - wrong.length}/${judged}${aside === '' ? '' : ` (${aside})`}, ${seconds} s`,
  );
  await tell(suite, format, cases, wrong);
  return wrong.length === 0 && judged > 0;
}

/** Shows the first difference of each kind, as small as it gets. */
async function tell(
  suite: Suite,
  format: FormatName,
  cases: readonly Case[],
  wrong: readonly { readonly finding: Exclude<Finding, string>; readonly at: number }[],
): Promise<void> {
  const kinds = new Map(wrong.toReversed().map((one) => [one.finding.kind, one]));
  for (const { finding, at } of [...kinds.values()].slice(0, shown)) {
    const one = cases[at];
    if (!one) continue;
    const source = format === 'binary' ? Buffer.from(one.source).toString('base64') : await shrink(suite, format, one, finding.kind);
    const [small] = format === 'binary' ? [finding] : await suite.check(format, [{ ...one, source: new Uint8Array(Buffer.from(source)) }]);
    const many = wrong.filter((other) => other.finding.kind === finding.kind).length;
    console.log(
      `     ${many} × ${typeof small === 'object' ? small.detail : finding.detail}${one.rule === '' ? '' : `\n  rule: ${one.rule}`}\n  document: ${JSON.stringify(source)}`.replaceAll(
        '\n',
        '\n     ',
      ),
    );
  }
}
