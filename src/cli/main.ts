import { basename } from 'node:path';
import { run } from './run.ts';

/** What still holds the process when its work is done, such as a service that does not let go of a connection, may take this long, in milliseconds. */
const patience = 1000;

/** Called by the name `ksops`, as Kustomize does without a word, it is the command of that name. */
const isKsops = (): boolean => [process.argv0, process.argv[1] ?? ''].some((word) => /^ksops(\.exe|\.cmd)?$/.test(basename(word)));

// No `await` at the top: the bundle is CommonJS, which starts faster.
async function main(): Promise<void> {
  const words = process.argv.slice(2);
  process.exitCode = await run(isKsops() ? ['ksops', ...words] : words);
  setTimeout(() => process.exit(), patience).unref();
}

void main();
