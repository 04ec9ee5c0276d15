import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SopsError } from '../../src/errors.ts';
import type { Context } from '../../src/ports.ts';
import { converse } from '../../src/node/conversation.ts';
import { run } from '../peers/run.ts';

/** What a test wants to be different from an empty world that still has real files and programs. */
export interface World {
  readonly env?: Readonly<Record<string, string>>;
  readonly userConfig?: string;
  readonly home?: string;
  readonly passphrase?: string;
  /** Every question that was asked. */
  readonly questions?: string[];
  /** What is typed where it is shown. */
  readonly line?: string;
  /** Everything that was told. */
  readonly told?: string[];
}

/** A context over real files and programs, with an environment of its own. */
export function testContext({ env = {}, userConfig, home, passphrase, questions = [], line, told = [] }: World = {}): Context {
  return {
    env,
    files: { read, replace: async () => Promise.reject(new Error('no test writes')), home, userConfig },
    now: () => new Date(),
    random: (length) => new Uint8Array(randomBytes(length)),
    run: async (command, options) => run(command, { ...options, env: { ...env, ...options?.env } }),
    converse: async (command, options) => converse(command, { ...options, env: { ...env, ...options?.env } }),
    prompt: {
      secret: async (question) => {
        questions.push(question);
        return passphrase;
      },
      line: async (question) => {
        questions.push(question);
        return line;
      },
      confirm: async () => false,
      tell: (message) => void told.push(message),
    },
    log: () => undefined,
  };
}

async function read(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new SopsError('INPUT_UNREADABLE', `cannot read '${path}'`);
  }
}
