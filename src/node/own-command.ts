/**
 * The command that starts this very program anew: the interpreter and the script, or the executable that holds both.
 * @param argv of the process: a file that is compiled into an executable has a name that no file has
 */
export function ownCommand({ execPath, execArgv, argv: [, script] }: NodeJS.Process = process): readonly [string, ...string[]] {
  if (script === undefined || /^(\/\$bunfs\/|[A-Z]:[\\/]~BUN[\\/])/.test(script)) return [execPath];
  return [execPath, ...execArgv, script];
}
