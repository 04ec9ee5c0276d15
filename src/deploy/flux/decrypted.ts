import { SopsError } from '../../errors.ts';
import type { Answer, OpenedBy } from './answer.ts';

/** The answer to a source that was decrypted or not, without where it stands. */
export type Verdict = Omit<Answer, 'file' | 'named' | 'stage' | 'part'>;

/** Runs a step that decrypts; answers its content, or why there is none. Cancellation and defects pass. */
export async function attempted<T>(
  step: (note: (opened: OpenedBy) => void) => Promise<T>,
): Promise<{ readonly content: T; readonly keys: readonly OpenedBy[] } | { readonly refused: Verdict }> {
  const keys: OpenedBy[] = [];
  try {
    const content = await step((opened) => keys.push(opened));
    return { content, keys };
  } catch (error) {
    if (!(error instanceof SopsError) || error.code === 'CANCELLED') throw error;
    return { refused: refusal(error, keys) };
  }
}

function refusal(error: SopsError, keys: readonly OpenedBy[]): Verdict {
  const { hint, groups = [] } = error.details;
  const tried = groups.flatMap(({ attempts }) => attempts.map(({ masterKey, error: why }) => `${masterKey}: ${why ?? 'not tried'}`));
  const reason = error.code === 'DATA_KEY_UNRECOVERABLE' ? 'no-key' : error.code === 'UNPRINTABLE_DOCUMENT' ? 'unprintable' : 'broken';
  return {
    outcome: 'failed',
    reason,
    message: reason === 'no-key' ? `no key opens it${tried.length === 0 ? '' : `: ${tried.join('; ')}`}` : error.message,
    ...(hint === undefined ? {} : { hint }),
    ...(keys.length === 0 ? {} : { keys }),
  };
}
