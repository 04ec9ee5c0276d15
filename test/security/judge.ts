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

/** What we let pass that real sops refuses. */
export const laxer = (judged: readonly Judged[]): readonly string[] =>
  judged
    .filter(({ ours, theirs }) => 'text' in ours && theirs.error !== undefined)
    .map(({ what, theirs }) => `${what}: ${theirs.error ?? ''}`);

/** What both let pass and decrypt to other values. Comments are under no MAC: real sops leaves more of them as ciphertext, and moves them; and it ends every text with a line break. */
export const different = (judged: readonly Judged[]): readonly string[] =>
  judged.flatMap(({ what, ours, theirs }) =>
    'error' in ours || theirs.text === undefined || isSame(ours.text, theirs.text)
      ? []
      : [`${what}\n${ours.text}\n--- sops:\n${theirs.text}`],
  );

function isSame(ours: string, theirs: string): boolean {
  if (ours.trimEnd() === theirs.trimEnd()) return true;
  const without = (text: string): string => text.replaceAll(/^[ \t]*[#;].*\n/gm, '');
  return without(ours) === without(theirs);
}

/** What we let pass, and the plaintext that came of it. */
export const passed = (judged: readonly Judged[]): readonly { readonly what: string; readonly plain: string }[] =>
  judged.flatMap(({ what, ours }) => ('text' in ours ? [{ what, plain: ours.text }] : []));
