import type { StoreConfig, StoresConfig } from '../config/config.ts';
import { SopsError } from '../errors.ts';
import type { Format, FormatName, PrintOptions } from '../formats/format.ts';
import { loadConfig } from './config-file.ts';
import type { Invocation } from './invocation.ts';

const storeNames: Readonly<Record<FormatName, keyof StoresConfig>> = {
  yaml: 'yaml',
  json: 'json',
  binary: 'jsonBinary',
  dotenv: 'dotenv',
  ini: 'ini',
};

/** How text in a format is printed afresh: `--indent`, else what `stores` in the config file says. */
export async function printOptions(invocation: Invocation, format: Format): Promise<PrintOptions> {
  const indent = invocation.flags.number('indent') ?? (await storeOf(invocation, format))?.indent;
  return indent === undefined ? {} : { indent };
}

/** Whether the layout entry may be written: `--layout`, else what `stores` in the config file says. Throws `USAGE`. */
export async function layoutOption(invocation: Invocation, format: Format): Promise<'auto' | 'never'> {
  const layout = invocation.flags.text('layout');
  if (layout === undefined) return (await storeOf(invocation, format))?.layout ?? 'auto';
  if (layout === 'auto' || layout === 'never') return layout;
  throw new SopsError('USAGE', '--layout is either auto or never');
}

async function storeOf(invocation: Invocation, format: Format): Promise<StoreConfig | undefined> {
  const found = await loadConfig(invocation);
  return found?.config.stores[storeNames[format.name]];
}
