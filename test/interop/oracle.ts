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
  readonly error?: string;
}

/** Selection rules as the metadata spells them, `encrypted_regex=^data$`; the default where it is empty. */
export type Rule = string;

/** What the oracle does with documents. */
export type Deed = 'look' | 'encrypt' | 'decrypt';

/** Asks real sops's packages about many documents in one process; see `test/oracle`. */
export function ask(deed: Deed, format: FormatName, documents: readonly string[], rule: Rule = ''): readonly Answer[] {
  if (documents.length === 0) return [];
  const words = [...(deed === 'look' ? [] : [deed]), format, ...(rule === '' ? [] : [rule])];
  const input = documents.map((text) => `${text}\0`).join('');
  const { stdout, stderr, status } = spawnSync(needed('oracle'), words, { input, maxBuffer: 2 ** 30, encoding: 'utf8' });
  const answers = stdout.split('\n').slice(0, -1);
  if (status !== 0 || answers.length !== documents.length)
    throw new Error(`the oracle gave ${answers.length} answers for ${documents.length} documents: ${stderr}`);
  return answers.map((line): Answer => JSON.parse(line));
}
