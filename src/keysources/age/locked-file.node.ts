import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { type AgentAnswer, openAgent } from './gpg-agent.node.ts';
import { dearmor, openFile, parseHeader } from './native.node.ts';
import { unwrapWithPassphrase } from './scrypt.node.ts';

const armored = '-----BEGIN AGE';
const wrong = 'could not be opened: the passphrase is wrong';

/**
 * Opens an age file that is protected by a passphrase, armored or not: asks gpg's agent for it where one runs, as sops does, else the person at the terminal.
 * Answers why it could not be opened where it could not. Throws `CANCELLED`.
 */
export async function openLockedFile(content: Uint8Array, question: string, context: Context): Promise<Uint8Array | string> {
  const bytes = Buffer.from(content);
  try {
    const file = bytes.toString('latin1', 0, armored.length) === armored ? dearmor(bytes.toString('latin1')) : bytes;
    if (context.unattended === true) return 'is protected by a passphrase, and nobody is asked for it';
    return (await withAgent(file, question, context)) ?? (await withPerson(file, question, context));
  } catch (error) {
    if (error instanceof SopsError && error.code === 'MALFORMED_METADATA') {
      return 'could not be opened: it is not an age file that is protected by a passphrase, or it is broken';
    }
    throw error;
  }
}

async function openWith(file: Buffer, passphrase: string): Promise<Uint8Array | undefined> {
  const header = parseHeader(file);
  const fileKey = await unwrapWithPassphrase(header.stanzas, passphrase);
  return fileKey && openFile(header, fileKey);
}

/** Undefined where no agent can ask. */
async function withAgent(file: Buffer, question: string, context: Context): Promise<Uint8Array | string | undefined> {
  const agent = await openAgent(file, context);
  if (agent === undefined) return undefined;
  try {
    const answer: AgentAnswer = await agent.ask(question);
    if (answer === 'unable') return undefined;
    if (answer === 'refused') return 'is protected by a passphrase, which was not given';
    const opened = await openWith(file, answer.passphrase);
    if (opened === undefined) await agent.forget();
    return opened ?? wrong;
  } finally {
    agent.close();
  }
}

async function withPerson(file: Buffer, question: string, { prompt }: Context): Promise<Uint8Array | string> {
  const passphrase = await prompt.secret(question);
  if (passphrase === undefined) return 'is protected by a passphrase, and there is no terminal to ask for it';
  return (await openWith(file, passphrase)) ?? wrong;
}
