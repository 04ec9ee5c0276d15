import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import ts from 'typescript';

/** An identity of the plugin and its recipient. */
export interface PluginPair {
  readonly identity: string;
  readonly recipient: string;
}

/** Two of them. */
export const pluginPairs: readonly [PluginPair, PluginPair] = [
  { recipient: 'age1test1zytp7pqdxgajq2fw2awy2jnn0qhyw00j', identity: 'AGE-PLUGIN-TEST-1ZYTP7PQDXGAJQ2FW2AWY2JNN0QY8DFLA' },
  { recipient: 'age1test1ygjjcde7qyypxxsav3hhv72qfvng6mxk', identity: 'AGE-PLUGIN-TEST-1YGJJCDE7QYYPXXSAV3HHV72QFVQTEAKE' },
];

/** What the plugin does before it answers: see its program. */
export type PluginStep = readonly [step: string, ...words: readonly string[]];

/** Puts the plugin into a folder, as `age-plugin-test`; answers the environment in which it is found there and takes the steps. */
export function agePlugin(folder: string, steps: readonly PluginStep[] = []): { readonly PATH: string; readonly AGE_PLUGIN_TEST: string } {
  const source = readFileSync(new URL('age-plugin-program.ts', import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } });
  const program = join(folder, 'age-plugin-program.mjs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(program, outputText);
  writeFileSync(join(folder, 'age-plugin-test'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, { mode: 0o755 });
  return { PATH: [folder, process.env['PATH']].join(delimiter), AGE_PLUGIN_TEST: JSON.stringify(steps) };
}
