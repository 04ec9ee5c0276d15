import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
  const program = fileURLToPath(new URL('age-plugin-test.mjs', import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'age-plugin-test'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, { mode: 0o755 });
  return { PATH: [folder, process.env['PATH']].join(delimiter), AGE_PLUGIN_TEST: JSON.stringify(steps) };
}
