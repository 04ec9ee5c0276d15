const fileName = '.sops.yaml';
const otherName = '.sops.yml';

/** No folder is deeper than sops looks. */
const maxDepth = 100;

/** The config file that is in force, relative to the folder it was looked for from, and what the user should be told of the search. */
export interface Lookup {
  readonly path: string | undefined;
  readonly warning?: string;
}

/**
 * Looks for the config file in a folder and all above it (`config/config.go`, LookupConfigFile).
 * @param folder absolute: only its depth counts
 * @param exists whether there is anything at a path relative to `folder`
 */
export function lookupConfig(folder: string, exists: (path: string) => boolean): Lookup {
  const depth = Math.min(maxDepth, folder.split(/[\\/]/).filter((part) => part !== '').length + 1);
  let ignored: string | undefined;
  for (let level = 0; level < depth; level++) {
    const up = '../'.repeat(level);
    const path = up + fileName;
    if (exists(path)) return ignored === undefined ? { path } : { path, warning: `${warningOf(ignored)}; using '${path}' instead` };
    if (ignored === undefined && exists(up + otherName)) ignored = up + otherName;
  }
  return ignored === undefined ? { path: undefined } : { path: undefined, warning: warningOf(ignored) };
}

const warningOf = (ignored: string): string =>
  `ignoring '${ignored}' when searching for config file; the config file must be called '${fileName}'`;
