import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import type { Context } from '../../ports.ts';

/*
 * gpg's agent keeps passphrases for a while, and asks for them with pinentry. Real sops asks it for those of identity files where it runs, under the same name as here: so
 * what the one was told the other need not ask for.
 */

/** What the agent answered: a passphrase, that the person gave none, or that it cannot ask. */
export type AgentAnswer = { readonly passphrase: string } | 'refused' | 'unable';

/** An agent that runs, and knows an identity file by its digest. */
export interface PassphraseAgent {
  readonly ask: (question: string) => Promise<AgentAnswer>;
  /** Has it ask again next time. */
  readonly forget: () => Promise<void>;
  readonly close: () => void;
}

/** How long an agent may take to say that it is there, in milliseconds; for a person it waits as long as it takes. */
const patience = 2000;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 of bytes whose number is a multiple of five. */
function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => alphabet.charAt(Number.parseInt(five, 2))).join('');
}

/** As a word of the agent's protocol. */
const escaped = (text: string): string => encodeURIComponent(text).replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);

/** `GPG_ERR_CANCELED` and `GPG_ERR_FULLY_CANCELED`, without the part that says who reports it. */
const cancelled = new Set([99, 198]);

/** Connects to the agent, if one runs, for the passphrase of an age file. */
export async function openAgent(file: Uint8Array, context: Context): Promise<PassphraseAgent | undefined> {
  for (const path of socketPaths(context)) {
    const connection = await Connection.open(path, context.signal);
    if (connection !== undefined)
      return agentOn(connection, `SopsAge${base32(createHash('sha256').update(file).digest().subarray(0, 25))}`, context);
  }
  return undefined;
}

function socketPaths({ env, files }: Context): readonly string[] {
  const [given] = (env['GPG_AGENT_INFO'] ?? '').split(':');
  if (given !== undefined && given !== '') return [given];
  const runtime = env['XDG_RUNTIME_DIR'];
  return [
    ...(files.home === undefined ? [] : [`${files.home}/.gnupg/S.gpg-agent`]),
    ...(runtime === undefined ? [] : [`${runtime}/gnupg/S.gpg-agent`]),
  ];
}

function agentOn(connection: Connection, name: string, { env }: Context): PassphraseAgent {
  return {
    ask: async (question) => {
      const options = { display: env['DISPLAY'], ttyname: env['GPG_TTY'] ?? terminalOf(0), ttytype: env['TERM'] };
      for (const [option, value] of Object.entries(options))
        if (value) await connection.say(`OPTION ${option}=${value.replaceAll(/\s/g, '')}`);
      const answer = await connection.say(`GET_PASSPHRASE ${name} X Passphrase ${escaped(question)}`);
      const [, hex] = /^OK ([0-9A-Fa-f]*)$/.exec(answer) ?? [];
      if (hex !== undefined) return { passphrase: Buffer.from(hex, 'hex').toString() };
      const [, code] = /^ERR (\d+)/.exec(answer) ?? [];
      return cancelled.has(Number(code) & 0xffff) ? 'refused' : 'unable';
    },
    forget: async () => void (await connection.say(`CLEAR_PASSPHRASE ${name}`)),
    close: () => {
      connection.close();
    },
  };
}

/** The name of the terminal that a descriptor is open on, where the system tells. */
function terminalOf(descriptor: number): string | undefined {
  try {
    const name = readlinkSync(`/proc/self/fd/${descriptor}`);
    return /^\/dev\/(pts|tty)/.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** One connection to an agent: a line to and fro at a time. */
class Connection {
  readonly #socket: Socket;
  #held = '';
  #waiting: ((line: string) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const end = (): void => this.#waiting?.('');
    socket.on('error', end).on('close', end);
    socket.on('data', (part) => {
      this.#held += part.toString('latin1');
      this.#deliver();
    });
  }

  /** Connects, and waits until the agent says that it is there. */
  static async open(path: string, signal: AbortSignal | undefined): Promise<Connection | undefined> {
    const socket = createConnection({ path, ...(signal === undefined ? {} : { signal }) });
    const connection = new Connection(socket);
    socket.setTimeout(patience, () => socket.destroy());
    const greeting = await connection.#answer();
    socket.setTimeout(0);
    if (greeting.startsWith('OK')) return connection;
    socket.destroy();
    return undefined;
  }

  /** Says a line, and answers what comes back: `OK …`, `ERR …`, or nothing where the agent has gone. */
  async say(line: string): Promise<string> {
    const answer = this.#answer();
    this.#socket.write(`${line}\n`);
    return answer;
  }

  close(): void {
    this.#socket.destroy();
  }

  #answer(): Promise<string> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
      if (this.#socket.destroyed) resolve('');
      else this.#deliver();
    });
  }

  /** Hands out the next line that is an answer: not a comment, nor how things go. */
  #deliver(): void {
    for (let end = this.#held.indexOf('\n'); end >= 0; end = this.#held.indexOf('\n')) {
      const line = this.#held.slice(0, end);
      this.#held = this.#held.slice(end + 1);
      if (!/^(OK|ERR)\b/.test(line)) continue;
      this.#waiting?.(line);
      this.#waiting = undefined;
      return;
    }
    // No agent says that much.
    if (this.#held.length > 65_536) this.#socket.destroy();
  }
}
