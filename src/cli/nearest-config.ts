import { dirname, join, resolve } from 'node:path';
import { lookupConfig } from '../config/lookup.ts';
import { statFile } from '../node/files.ts';
import type { Invocation } from './invocation.ts';
import { warn } from './report.ts';

/**
 * What a command line would be that was called in the folder of a file: its config file is the one that `--config` names, else the nearest above the file. Each config file is read once.
 * For work on files of a whole repository, which are not all in the working folder.
 */
export function besideFiles(invocation: Invocation): (file: string) => Invocation {
  const byConfig = new Map<string, Invocation>();
  const byFolder = new Map<string, string>();
  return (file) => {
    if (invocation.flags.text('config') !== undefined) return invocation;
    const folder = dirname(resolve(file));
    const config = byFolder.get(folder) ?? findConfig(folder);
    byFolder.set(folder, config);
    const known = byConfig.get(config) ?? withConfig(invocation, config);
    byConfig.set(config, known);
    return known;
  };
}

/** Absolute; empty where there is none. */
function findConfig(folder: string): string {
  const { path, warning } = lookupConfig(folder, (candidate) => statFile(join(folder, candidate)) !== undefined);
  if (warning !== undefined) warn(warning);
  return path === undefined ? '' : join(folder, path);
}

/** What is read of a config file is remembered by context. */
function withConfig({ flags, context, ...rest }: Invocation, config: string): Invocation {
  const named = config === '' ? undefined : config;
  return {
    ...rest,
    flags: { ...flags, text: (name) => (name === 'config' ? (named ?? flags.text(name)) : flags.text(name)) },
    context: { ...context },
  };
}
