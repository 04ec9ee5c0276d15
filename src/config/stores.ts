import type { StoreConfig, StoresConfig } from './config.ts';
import type { ConfigReader, Value } from './reader.ts';

/** What `.sops.yaml` calls the stores, and the least indentation each takes; sops gives dotenv and INI none. */
const stores = [
  { name: 'yaml', key: 'yaml', leastIndent: 0 },
  { name: 'json', key: 'json', leastIndent: -1 },
  { name: 'json_binary', key: 'jsonBinary', leastIndent: -1 },
  { name: 'dotenv', key: 'dotenv', leastIndent: undefined },
  { name: 'ini', key: 'ini', leastIndent: undefined },
] as const satisfies readonly { readonly name: string; readonly key: keyof StoresConfig; readonly leastIndent: number | undefined }[];

type Store = (typeof stores)[number];

/** Reads the `stores` block (`config/config.go`, StoresConfig), with our own `layout` in each. Throws `MALFORMED_CONFIG`. */
export function parseStores(value: Value | undefined, reader: ConfigReader): StoresConfig {
  const fields = value ? reader.fields(value) : new Map<string, Value>();
  for (const [name, { offset }] of fields) {
    if (!stores.some((store) => store.name === name))
      throw reader.malformed(offset, `there is no store '${name}', expected one of ${stores.map((store) => store.name).join(', ')}`);
  }
  const read = (key: Store['key']): StoreConfig => {
    const store = stores.find((candidate) => candidate.key === key);
    const found = store && fields.get(store.name);
    return found ? parseStore(found, store, reader) : {};
  };
  return { yaml: read('yaml'), json: read('json'), jsonBinary: read('jsonBinary'), dotenv: read('dotenv'), ini: read('ini') };
}

function parseStore(value: Value, { name, leastIndent }: Store, reader: ConfigReader): StoreConfig {
  const fields = reader.fields(value);
  reader.expectNames(fields, leastIndent === undefined ? ['layout'] : ['indent', 'layout'], `store '${name}'`);
  const indent = leastIndent === undefined ? undefined : fields.get('indent');
  const layout = fields.get('layout');
  return { ...(indent ? parseIndent(indent, leastIndent ?? 0, reader) : {}), ...(layout ? { layout: parseLayout(layout, reader) } : {}) };
}

/** In YAML 0 is sops's default. */
function parseIndent(value: Value, least: number, reader: ConfigReader): Pick<StoreConfig, 'indent'> {
  if (value.node.kind === 'null') return {};
  const indent = reader.integer(value);
  if (indent < least) throw reader.malformed(value.offset, `${value.name} is ${indent}, expected ${least} or more`);
  return least === 0 && indent === 0 ? {} : { indent };
}

function parseLayout(value: Value, reader: ConfigReader): 'auto' | 'never' {
  const layout = reader.text(value);
  if (layout === 'auto' || layout === 'never') return layout;
  throw reader.malformed(value.offset, `${value.name} is neither auto nor never`);
}
