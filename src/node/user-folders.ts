import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** The user's home folder; undefined where the system knows none. */
export function homeFolder(env: Environment): string | undefined {
  const named = process.platform === 'win32' ? env['USERPROFILE'] : env['HOME'];
  if (named) return named;
  try {
    return homedir() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * The folder for the user's configuration, as Go's `os.UserConfigDir` has it, but for macOS, where sops (`age/keysource.go`, getUserConfigDir) lets `$XDG_CONFIG_HOME` go first.
 * Undefined where the environment names none.
 */
export function userConfigFolder(env: Environment): string | undefined {
  const home = env['HOME'];
  if (process.platform === 'win32') return env['APPDATA'] || undefined;
  if (env['XDG_CONFIG_HOME']) return env['XDG_CONFIG_HOME'];
  if (!home) return undefined;
  return process.platform === 'darwin' ? join(home, 'Library', 'Application Support') : join(home, '.config');
}
