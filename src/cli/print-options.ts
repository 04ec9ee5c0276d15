import type { StoreConfig, StoresConfig } from '../config/config.ts';
import { SopsError } from '../errors.ts';
import type { Format, PrintOptions } from '../formats/format.ts';
import { loadConfig } from './config-file.ts';
import type { Invocation } from './invocation.ts';

/** What `.sops.yaml` calls the store of a format; one that real sops does not know has none. */
const storeNames: ReadonlyMap<string, keyof StoresConfig> = new Map([
  ['yaml', 'yaml'],
  ['json', 'json'],
  ['binary', 'jsonBinary'],
  ['dotenv', 'dotenv'],
  ['ini', 'ini'],
]);

/** How text in a format is printed afresh: `--indent`, else what `stores` in the config file says. */
export function printOptions(invocation: Invocation, format: Format): PrintOptions {
  const indent = invocation.flags.number('indent') ?? storeOf(invocation, format)?.indent;
  return indent === undefined ? {} : { indent };
}

/** Whether the layout entry may be written: `--layout`, else what `stores` in the config file says. Throws `USAGE`. */
export function layoutOption(invocation: Invocation, format: Format): 'auto' | 'never' {
  const layout = invocation.flags.text('layout');
  if (layout === undefined) return storeOf(invocation, format)?.layout ?? 'auto';
  if (layout === 'auto' || layout === 'never') return layout;
  throw new SopsError('USAGE', '--layout is either auto or never');
}

/** How a file is opened to be changed and written again. */
export const rewritingOptions = (
  invocation: Invocation,
  output: Format,
): { readonly ignoreMac: boolean; readonly print: PrintOptions; readonly layout: 'auto' | 'never'; readonly output: Format } => ({
  ignoreMac: invocation.flags.isOn('ignore-mac'),
  print: printOptions(invocation, output),
  layout: layoutOption(invocation, output),
  output,
});

function storeOf(invocation: Invocation, format: Format): StoreConfig | undefined {
  const store = storeNames.get(format.name);
  return store === undefined ? undefined : loadConfig(invocation)?.config.stores[store];
}
