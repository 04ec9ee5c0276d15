import { SopsError } from '../errors.ts';
import type { Context, Conversation } from '../ports.ts';
import { gitCommand, quietGit } from './git.ts';

/** Reads objects of a repository, all through one process. */
export interface Blobs {
  /**
   * The bytes of a blob; undefined where there is none. Asked side by side, it answers in turn.
   * @param name its ID, or what else git resolves: `HEAD:path`, `:path` for the index. Without line breaks: throws `GIT_FAILED` for one that has some.
   */
  read(name: string): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

/** Opens the objects of the repository that a folder is in. Throws `GIT_FAILED`. */
export async function openBlobs(folder: string, { converse }: Pick<Context, 'converse'>): Promise<Blobs> {
  const conversation = await converse?.(gitCommand(folder, ['cat-file', '--batch']), { env: quietGit });
  if (conversation === undefined)
    throw new SopsError('GIT_FAILED', 'git could not be started', { hint: 'install git, and see that it is in PATH' });
  const reader = new PartReader(conversation);
  let last: Promise<unknown> = Promise.resolve();
  return {
    read: (name) => {
      const answer = last.then(() => readBlob(name, conversation, reader));
      last = answer.catch(() => undefined);
      return answer;
    },
    close: async () => {
      await conversation.close();
    },
  };
}

async function readBlob(name: string, conversation: Conversation, reader: PartReader): Promise<Uint8Array | undefined> {
  if (/[\n\0]/.test(name)) throw new SopsError('GIT_FAILED', 'git cannot be asked for a path with a line break in it');
  await conversation.write(new TextEncoder().encode(`${name}\n`));
  const header = await reader.line();
  const [, type, size] = /^[0-9a-f]+ (\w+) (\d+)$/.exec(header) ?? [];
  // Else it says `missing`, `ambiguous` or the like, and nothing follows.
  if (type === undefined || size === undefined) return undefined;
  const content = await reader.bytes(Number(size));
  await reader.bytes(1);
  return type === 'blob' ? content : undefined;
}

/** Cuts what a program writes, in parts of any length, into lines and runs of bytes. */
class PartReader {
  readonly #parts: AsyncIterator<Uint8Array>;
  #rest = new Uint8Array();

  constructor({ output }: Conversation) {
    this.#parts = output[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    let end = this.#rest.indexOf(10);
    while (end < 0) {
      const before = this.#rest.length;
      await this.#more();
      end = this.#rest.indexOf(10, before);
    }
    return new TextDecoder().decode(this.#take(end, 1));
  }

  async bytes(length: number): Promise<Uint8Array> {
    if (this.#rest.length >= length) return this.#take(length, 0);
    const bytes = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      if (this.#rest.length === 0) await this.#more();
      const part = this.#rest.subarray(0, length - at);
      bytes.set(part, at);
      at += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return bytes;
  }

  #take(length: number, skip: number): Uint8Array {
    const taken = this.#rest.slice(0, length);
    this.#rest = this.#rest.subarray(length + skip);
    return taken;
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#parts.next();
    if (done === true) throw new SopsError('GIT_FAILED', 'git ended before it answered');
    const joined = new Uint8Array(this.#rest.length + value.length);
    joined.set(this.#rest);
    joined.set(value, this.#rest.length);
    this.#rest = joined;
  }
}
