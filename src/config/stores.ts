import type { StoreConfig, StoresConfig } from './config.ts';
import type { ConfigReader, Value } from './reader.ts';

/** What `.sops.yaml` calls the stores, and whether 0 spaces mean the default, as in YAML; sops indents neither dotenv nor INI. */
const stores = [
  { name: 'yaml', key: 'yaml', indents: 'or by default' },
  { name: 'json', key: 'json', indents: 'always' },
  { name: 'json_binary', key: 'jsonBinary', indents: 'always' },
  { name: 'dotenv', key: 'dotenv', indents: 'never' },
  { name: 'ini', key: 'ini', indents: 'never' },
] as const satisfies readonly { readonly name: string; readonly key: keyof StoresConfig; readonly indents: string }[];

type Store = (typeof stores)[number];

/** Reads the `stores` block (`config/config.go`, StoresConfig), with our own `layout` in each. Throws `MALFORMED_CONFIG`. */
export function parseStores(value: Value | undefined, reader: ConfigReader): StoresConfig {
  const fields = value ? reader.fields(value) : new Map<string, Value>();
  const read = (key: Store['key']): StoreConfig => {
    const store = stores.find((candidate) => candidate.key === key);
    const found = store && fields.get(store.name);
    return found ? parseStore(found, store, reader) : {};
  };
  return { yaml: read('yaml'), json: read('json'), jsonBinary: read('jsonBinary'), dotenv: read('dotenv'), ini: read('ini') };
}

function parseStore(value: Value, { indents }: Store, reader: ConfigReader): StoreConfig {
  const fields = reader.fields(value);
  const indent = indents === 'never' ? undefined : fields.get('indent');
  const layout = fields.get('layout');
  return {
    ...(indent ? parseIndent(indent, indents === 'or by default', reader) : {}),
    ...(layout ? { layout: reader.text(layout) === 'never' ? 'never' : 'auto' } : {}),
  };
}

function parseIndent(value: Value, zeroIsDefault: boolean, reader: ConfigReader): Pick<StoreConfig, 'indent'> {
  if (value.node.kind === 'null') return {};
  const indent = reader.integer(value);
  return zeroIsDefault && indent === 0 ? {} : { indent };
}
