import { spawnSync } from 'node:child_process';
import type { FormatName } from '../../src/formats/format.ts';
import { needed } from '../support/peers.ts';

/** One leaf or comment as real sops sees it; a comment has the type `comment`. */
export interface Seen {
  readonly aad: string;
  readonly type: string;
  readonly text: string;
  readonly inline?: boolean;
}

/** What real sops's packages make of a document. */
export interface Answer {
  readonly leaves?: readonly Seen[];
  readonly print?: string;
  readonly text?: string;
  /** Of an encryption: what decryption would print, had real sops not lost or moved comments when it wrote the file and read it. */
  readonly kept?: string;
  readonly error?: string;
}

/** Selection rules as the metadata spells them, `encrypted_regex=^data$`; the default where it is empty. */
export type Rule = string;

/** What the oracle does with documents. */
export type Deed = 'look' | 'encrypt' | 'decrypt' | 'trust';

/** Asks real sops's packages about many documents in one process; see `test/oracle`. A document that ends the process has the error `crash`. */
export function ask(deed: Deed, format: FormatName, documents: readonly string[], rule: Rule = ''): readonly Answer[] {
  const words = [...(deed === 'look' ? [] : [deed]), format, ...(rule === '' ? [] : [rule])];
  const answers: Answer[] = [];
  while (answers.length < documents.length) {
    const input = documents
      .slice(answers.length)
      .map((text) => `${text}\0`)
      .join('');
    const { stdout, status, error } = spawnSync(needed('oracle'), words, { input, maxBuffer: 2 ** 30, encoding: 'utf8' });
    if (error) throw error;
    for (const line of stdout.split('\n').slice(0, -1)) answers.push(JSON.parse(line));
    if (status !== 0) answers.push({ error: 'crash' });
  }
  return answers;
}

/** Whether real sops did not so much refuse the document as fail over it. */
export const fell = ({ error }: Answer): boolean => error === 'crash' || error?.startsWith('panic: ') === true;

/** Of each text that real sops printed: whether it reads there again the values that the source has. Where it does not, its print is no measure. */
export function readsAgain(format: FormatName, printed: readonly string[], sources: readonly string[]): readonly boolean[] {
  const values = ({ leaves = [], error }: Answer): string | undefined =>
    error === undefined ? JSON.stringify(leaves.filter(({ type }) => type !== 'comment').map(({ aad, text }) => [aad, text])) : undefined;
  const wanted = ask('look', format, sources).map(values);
  return ask('look', format, printed).map((answer, at) => values(answer) !== undefined && values(answer) === wanted[at]);
}
