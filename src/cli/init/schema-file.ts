import { dirname, join, relative, resolve, sep } from 'node:path';
import { readFile, statFile } from '../../node/files.ts';
import { createFile } from '../../node/new-file.ts';
import { configSchema } from '../config-schema.ts';

const packaged = 'node_modules/sopsmith/dist/sops-config.schema.json';

/**
 * The JSON Schema that a config file refers to, relative to it: the file that was asked for, which is written; else that of the package, where it is installed beside or above.
 * Throws `OUTPUT_UNWRITABLE` where another file of the name is there.
 */
export function schemaFor(configPath: string, wanted: string | undefined): string | undefined {
  const folder = dirname(configPath);
  if (wanted !== undefined) {
    const path = resolve(wanted);
    if (new TextDecoder().decode(readFile(path)) !== configSchema()) createFile(path, configSchema(), 0o666);
    return reference(folder, path);
  }
  for (let above = folder; ; above = dirname(above)) {
    if (statFile(join(above, packaged)) !== undefined) return reference(folder, join(above, packaged));
    if (above === dirname(above)) return undefined;
  }
}

function reference(folder: string, path: string): string {
  const way = relative(folder, path).replaceAll(sep, '/');
  return way.startsWith('../') ? way : `./${way}`;
}
