import type { FormatName } from '../../src/formats/format.ts';
import { type Answer, ask } from '../interop/oracle.ts';
import type { Tampered } from './ciphertext.ts';
import { type Attempt, open } from './laboratory.ts';

/** One tampered text, and what was made of it by us and by real sops. */
export interface Judged extends Tampered {
  readonly ours: Attempt;
  readonly theirs: Answer;
}

/** Lets both decrypt all texts, the MAC checked or ignored. */
export async function judge(format: FormatName, texts: readonly Tampered[], ignoreMac = false): Promise<readonly Judged[]> {
  const answers = ask(
    ignoreMac ? 'trust' : 'decrypt',
    format,
    texts.map(({ text }) => text),
  );
  const judged: Judged[] = [];
  for (const [at, tampered] of texts.entries())
    judged.push({ ...tampered, ours: await open(format, tampered.text, ignoreMac), theirs: answers[at] ?? {} });
  return judged;
}

const shown = (texts: readonly Judged[]): readonly string[] =>
  texts.map(({ what, ours, theirs }) => {
    const [mine, other] = ['text' in ours ? ours.text : `${ours.error.code}: ${ours.error.message}`, theirs.text ?? `error: ${theirs.error ?? ''}`];
    return `${what}\nours: ${mine}\nsops: ${other}`;
  });

/** What we let pass that real sops refuses. */
export const laxer = (judged: readonly Judged[]): readonly string[] =>
  shown(judged.filter(({ ours, theirs }) => 'text' in ours && theirs.error !== undefined));

/** What both let pass and decrypt to something else. */
export const different = (judged: readonly Judged[]): readonly string[] =>
  shown(judged.filter(({ ours, theirs }) => 'text' in ours && theirs.error === undefined && ours.text !== (theirs.text ?? '')));

/** What we refuse and real sops lets pass. */
export const stricter = (judged: readonly Judged[]): readonly string[] =>
  judged.filter(({ ours, theirs }) => 'error' in ours && theirs.error === undefined).map(({ what, ours }) => `${what}${'error' in ours ? ` (${ours.error.code}: ${ours.error.message})` : ''}`);

/** What we let pass. */
export const passed = (judged: readonly Judged[]): readonly Judged[] => judged.filter(({ ours }) => 'text' in ours);
