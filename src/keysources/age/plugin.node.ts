import { printable, SopsError, type SopsErrorCode } from '../../errors.ts';
import type { Context, Conversation, RunResult } from '../../ports.ts';
import type { PluginIdentity } from './identity.ts';
import { endsStanza, fileKeyLength, parseStanza, printStanza, type Stanza } from './native.node.ts';
import { askForPlugin } from './plugin-questions.ts';

/*
 * The client's side of the protocol of age plugins, https://c2sp.org/age-plugin: all that is known is said in one go, then the plugin says what it found and asks what it must.
 */

/** How much a plugin may say: bytes of one stanza, and stanzas of one conversation. */
const bounds = { bytes: 2 ** 20, stanzas: 1000 };
/** Milliseconds of silence after which the person is told what is waited for. */
const patience = 5000;

/** Has the plugin of a recipient such as `age1name1…` wrap a file key. Throws `DATA_KEY_UNWRAPPABLE`, `CANCELLED`. */
export async function wrapWithPlugin(
  fileKey: Uint8Array,
  { recipient, name }: { readonly recipient: string; readonly name: string },
  context: Context,
  signal?: AbortSignal,
): Promise<readonly Stanza[]> {
  const said = [stanza('add-recipient', [recipient]), stanza('wrap-file-key', [], fileKey), stanza('extension-labels'), stanza('done')];
  const plugin = new Plugin(name, 'DATA_KEY_UNWRAPPABLE', context, signal);
  const wrapped: Stanza[] = [];
  await plugin.talk('recipient-v1', said, ({ type, args: [index, kind, ...args], body }) => {
    if (type === 'labels') return true;
    if (type !== 'recipient-stanza') return false;
    if (index !== '0' || kind === undefined) throw plugin.failure('it answered something that was not asked for');
    wrapped.push({ type: kind, args, body });
    return true;
  });
  if (wrapped.length === 0) throw plugin.failure('it did not wrap the data key');
  return wrapped;
}

/** Has the plugin of an identity such as `AGE-PLUGIN-NAME-1…` unwrap a file key; undefined where the identity is not a recipient. Throws `DATA_KEY_UNRECOVERABLE`, `CANCELLED`. */
export async function unwrapWithPlugin(
  stanzas: readonly Stanza[],
  { name, text }: PluginIdentity,
  context: Context,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  const given = stanzas.map(({ type, args, body }) => stanza('recipient-stanza', ['0', type, ...args], body));
  const plugin = new Plugin(name, 'DATA_KEY_UNRECOVERABLE', context, signal);
  let fileKey: Uint8Array | undefined;
  await plugin.talk('identity-v1', [stanza('add-identity', [text]), ...given, stanza('done')], ({ type, args, body }) => {
    if (type !== 'file-key') return false;
    if (fileKey !== undefined || args.length !== 1 || args[0] !== '0' || body.length !== fileKeyLength) {
      throw plugin.failure('it answered something that was not asked for');
    }
    fileKey = body;
    return true;
  });
  return fileKey;
}

const stanza = (type: string, args: readonly string[] = [], body: Uint8Array = new Uint8Array(0)): Stanza => ({ type, args, body });
const bytesOf = (stanzas: readonly Stanza[]): Uint8Array => Buffer.from(stanzas.map((one) => `${printStanza(one)}\n`).join(''), 'latin1');

const cancelled = (): SopsError => new SopsError('CANCELLED', 'the operation was cancelled');

/** One conversation with one plugin. */
class Plugin {
  readonly #name: string;
  readonly #code: SopsErrorCode;
  readonly #context: Context;
  readonly #signal: AbortSignal | undefined;

  // oxlint-disable-next-line max-params
  constructor(name: string, code: SopsErrorCode, context: Context, signal: AbortSignal | undefined) {
    this.#name = name;
    this.#code = code;
    this.#context = context;
    this.#signal = signal;
  }

  /**
   * Starts the plugin, says what is to be said, and listens until it is done.
   * @param take takes a stanza that belongs to the task; answers false for any other
   */
  async talk(protocol: string, said: readonly Stanza[], take: (heard: Stanza) => boolean): Promise<void> {
    const { converse } = this.#context;
    const signal = this.#signal;
    if (converse === undefined) throw this.failure('plugins cannot be run here');
    if (this.#isCancelled()) throw cancelled();
    const program = `age-plugin-${this.#name}`;
    const conversation = await converse([program, `--age-plugin=${protocol}`], signal === undefined ? {} : { signal });
    if (conversation === undefined) throw this.failure('the plugin is not installed: no program of that name is on the path');
    let done = false;
    let left: RunResult;
    try {
      await conversation.write(bytesOf(said));
      done = await this.#listen(conversation, take);
    } finally {
      left = await conversation.close();
    }
    if (!done) throw this.#ended(left);
  }

  /** Answers whether the plugin said that it is done; false where it ended without. */
  async #listen({ output, write }: Conversation, take: (heard: Stanza) => boolean): Promise<boolean> {
    let silence = this.#waiting();
    let count = 0;
    try {
      for await (const heard of this.#stanzas(output)) {
        clearTimeout(silence);
        if (++count > bounds.stanzas) throw this.failure('it does not come to an end');
        if (heard.type === 'done') return true;
        await write(bytesOf([await this.#answer(heard, take)]));
        if (heard.type === 'error') throw this.failure(printable(Buffer.from(heard.body).toString()) || 'it failed without a reason');
        silence = this.#waiting();
      }
      return false;
    } finally {
      clearTimeout(silence);
    }
  }

  async #answer(heard: Stanza, take: (heard: Stanza) => boolean): Promise<Stanza> {
    const { type, args, body } = heard;
    if (type === 'error' || take(heard)) return stanza('ok');
    const message = Buffer.from(body).toString();
    const answer = await askForPlugin(this.#name, { type, args, message }, this.#context.prompt);
    return stanza(answer.type, answer.args, Buffer.from(answer.text ?? ''));
  }

  /** What the plugin says, stanza by stanza. */
  async *#stanzas(output: AsyncIterable<Uint8Array>): AsyncGenerator<Stanza> {
    let lines: string[] = [];
    let held = '';
    let length = 0;
    for await (const part of output) {
      held += Buffer.from(part).toString('latin1');
      length += part.length;
      for (let end = held.indexOf('\n'); end >= 0; end = held.indexOf('\n')) {
        const line = held.slice(0, end);
        held = held.slice(end + 1);
        lines.push(line);
        if (lines.length === 1 || !endsStanza(line)) continue;
        yield this.#parse(lines);
        lines = [];
        length = held.length;
      }
      if (length > bounds.bytes) throw this.failure('it does not come to an end');
    }
  }

  #parse(lines: readonly string[]): Stanza {
    const left = lines.values();
    const parsed = parseStanza(() => left.next().value ?? '');
    if (typeof parsed === 'string') throw this.failure('it does not speak the protocol of age plugins');
    return parsed;
  }

  #waiting(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#context.prompt.tell?.(`waiting for age-plugin-${this.#name}...`), patience);
  }

  #isCancelled(): boolean {
    return this.#signal?.aborted === true || this.#context.signal?.aborted === true;
  }

  #ended({ status, stderr }: RunResult): SopsError {
    if (this.#isCancelled()) return cancelled();
    const [last = ''] = stderr.trim().split('\n').slice(-1);
    return this.failure(`it ended with status ${status} before it was done${last === '' ? '' : `: ${printable(last)}`}`);
  }

  failure(why: string): SopsError {
    return new SopsError(this.#code, `age-plugin-${this.#name}: ${why}`);
  }
}
