import { SopsError } from '../errors.ts';
import type { Context } from '../ports.ts';

/** The real git, run in one folder. Nothing is fetched, asked of a person, or locked. */
export interface Git {
  /** What a command writes. Throws `GIT_FAILED` where it fails. */
  output(words: readonly string[], options?: GitOptions): Promise<Uint8Array>;
  /** The same as text, without the last line break. */
  text(words: readonly string[], options?: GitOptions): Promise<string>;
  /** The same as texts that each end in a zero byte: for `-z`. */
  list(words: readonly string[], options?: GitOptions): Promise<readonly string[]>;
  /** As `text`; undefined where it fails, or there is no git. */
  ask(words: readonly string[], options?: GitOptions): Promise<string | undefined>;
}

/** How one command is run. */
export interface GitOptions {
  readonly input?: Uint8Array;
  /** Milliseconds; without, it may take its time. */
  readonly timeout?: number;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Nothing is fetched, asked or locked. */
export const quietGit: Readonly<Record<string, string>> = { GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' };

/** The command line of git in a folder, for where it is talked with. Paths in the index are taken literally, not as patterns. */
export const gitCommand = (folder: string, words: readonly string[]): readonly string[] => ['git', '-C', folder, ...words];

/** Git in a folder. */
export function gitIn(folder: string, { run }: Pick<Context, 'run'>): Git {
  const output = async (words: readonly string[], { env, ...options }: GitOptions = {}): Promise<Uint8Array> => {
    const result = await run(gitCommand(folder, words), { ...options, env: { ...quietGit, ...env } });
    if (result.status === 0) return result.stdout;
    throw failure(words, result);
  };
  const text = async (words: readonly string[], options?: GitOptions): Promise<string> =>
    decode(await output(words, options)).replace(/\n$/, '');
  return {
    output,
    text,
    list: async (words, options) =>
      decode(await output(words, options))
        .split('\0')
        .slice(0, -1),
    ask: async (words, { env, ...options } = {}) => {
      const { status, stdout } = await run(gitCommand(folder, words), { ...options, env: { ...quietGit, ...env } });
      return status === 0 ? decode(stdout).replace(/\n$/, '') : undefined;
    },
  };
}

const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

function failure(words: readonly string[], { status, stderr }: { readonly status: number; readonly stderr: string }): SopsError {
  if (status === 127) return new SopsError('GIT_FAILED', 'git could not be started', { hint: 'install git, and see that it is in PATH' });
  const command = words.find((word) => !word.startsWith('-')) ?? '';
  const said = stderr.trim().split('\n').slice(-3).join('; ').slice(0, 500);
  return new SopsError('GIT_FAILED', `git ${command} failed${said === '' ? ` with status ${status}` : `: ${said}`}`);
}
