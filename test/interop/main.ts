// Compares the two programs on many documents: npm run interop -- [--only WORD] [--count N] [--seed N] [--quick]
import { parseArgs } from 'node:util';
import type { FormatName } from '../../src/formats/format.ts';
import { lacks } from '../support/peers.ts';
import { casesOf } from './documents.ts';
import { lossless, ours, theirs } from './exchange.ts';
import { programs } from './program.ts';
import { scan } from './scan.ts';
import { shrink } from './shrink.ts';
import { type Case, commentsApart, type Finding, type Suite } from './suite.ts';

const suites: readonly Suite[] = [scan, lossless, ours, theirs, programs];
const formats: readonly FormatName[] = ['yaml', 'json', 'dotenv', 'ini', 'binary'];
/** Differences of one suite that are made small and shown; the others are counted. */
const shown = 3;
/** Of a suite's documents, how many may differ in a comment's place alone. */
const mostForComments = 0.05;

const { values: options } = parseArgs({
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
  const findings = commentsApart(format, await suite.check(format, cases));
  const number = (wanted: Finding): number => findings.filter((finding) => finding === wanted).length;
  const wrong = findings.flatMap((finding, at) => (typeof finding === 'object' ? [{ finding, at }] : []));
  const judged = cases.length - number('refused') - number('beyond sops') - number('comment');
  const aside = [`${number('refused')} refused by both`, `${number('beyond sops')} beyond sops`, `${number('comment')} but for a comment`]
    .filter((text) => !text.startsWith('0 '))
    .join(', ');
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  console.log(
    `${wrong.length === 0 ? 'ok  ' : 'FAIL'} ${title}: ${judged - wrong.length}/${judged}${aside === '' ? '' : ` (${aside})`}, ${seconds} s`,
  );
  await tell(suite, format, cases, wrong);
  return wrong.length === 0 && judged > 0 && number('comment') <= judged * mostForComments;
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
