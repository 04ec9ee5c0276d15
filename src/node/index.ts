import { randomBytes } from 'node:crypto';
import type { Context, LogEvent } from '../ports.ts';
import { readFile, replaceFile } from './files.ts';
import { terminalPrompt } from './prompt.ts';
import { runCommand } from './subprocess.ts';
import { homeFolder, userConfigFolder } from './user-folders.ts';

export { type KeyServiceOptions, keyServiceAt } from './keyservice-client.ts';

/** What a caller may choose of the world; the rest is this process's own. */
export interface NodeContextOptions {
  readonly log?: (event: LogEvent) => void;
  readonly signal?: AbortSignal;
}

/** The world as this process has it: its environment, files, clock, subprocesses and terminal. */
export function createNodeContext(options: NodeContextOptions = {}): Context {
  const log = options.log ?? (() => undefined);
  const { env } = process;
  return {
    env,
    files: {
      // oxlint-disable-next-line typescript/require-await -- the port is asynchronous; synchronous reading is faster for one file
      read: async (path) => readFile(path),
      // oxlint-disable-next-line typescript/require-await
      replace: async (path, content) => {
        replaceFile(path, content, (message) => {
          log({ level: 'warn', message, fields: { file: path } });
        });
      },
      get home() {
        return homeFolder(env);
      },
      get userConfig() {
        return userConfigFolder(env);
      },
    },
    now: () => new Date(),
    random: (length) => randomBytes(length),
    run: (command, runOptions) => runCommand(command, runOptions, options.signal),
    converse: async (command, conversing) => (await import('./conversation.ts')).converse(command, conversing, options.signal),
    prompt: terminalPrompt,
    log,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
}
