import type { SealedDifferences } from '../operations/compare-sealed.ts';

/** Each kind of difference, in the order of messages, and what people call it. */
const kinds = [
  ['removed', 'removed'],
  ['added', 'added'],
  ['moved', 'moved'],
  ['changedInClear', 'changed in clear'],
  ['changedCiphertext', 'other ciphertext'],
] as const;

/** What differs, kind by kind; none where nothing does. */
export const differencesOf = (differences: SealedDifferences): readonly (readonly [what: string, paths: readonly string[]])[] =>
  kinds.flatMap(([kind, what]) => (differences[kind].length === 0 ? [] : [[what, differences[kind]] as const]));
