import { run } from './run.ts';

// No `await` at the top: the bundle is CommonJS, which starts faster.
void run(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
