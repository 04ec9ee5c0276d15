import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether a name is that of a program: a path to one, or one on the path. */
export function isProgram(name: string, env: Readonly<Record<string, string | undefined>>): boolean {
  if (/[\\/]/.test(name)) return isExecutable(name);
  const endings = process.platform === 'win32' ? ['', '.exe', '.cmd', '.bat', '.com'] : [''];
  return (env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && endings.some((ending) => isExecutable(join(folder, name + ending))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
