import { run } from './run.ts';

/** What still holds the process when its work is done, such as a service that does not let go of a connection, may take this long, in milliseconds. */
const patience = 1000;

// No `await` at the top: the bundle is CommonJS, which starts faster.
async function main(): Promise<void> {
  process.exitCode = await run(process.argv.slice(2));
  setTimeout(() => process.exit(), patience).unref();
}

void main();
