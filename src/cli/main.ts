import { run } from './run.ts';

// No `await` at the top: the bundle is CommonJS, which starts faster.
async function main(): Promise<void> {
  process.exitCode = await run(process.argv.slice(2));
}

void main();
