import type { Selection } from '../../../metadata/metadata.ts';
import type { CheckRule } from '../check-rule.ts';
import type { Flaw } from '../finding.ts';
import type { SeenValue } from '../seen-values.ts';
import type { Subject } from '../subject.ts';

const valuesOf = ({ state }: Subject): readonly SeenValue[] => (state.kind === 'sealed' ? state.values : []);

/** Whether the rule alone selects a value: the file's own selection is another. */
const byRuleAlone = ({ selected: [own, wanted] }: SeenValue): boolean => own !== true && wanted === true;

/** Values in clear in an encrypted file. */
export const valueInClear: CheckRule = {
  id: 'value-in-clear',
  severity: 'error',
  summary: 'an encrypted file has a value in clear that its own selection, or that of its rule, encrypts',
  advice: 'take the value out and add it with `sopsmith set` or `edit`; if it was committed or pushed, change it',
  leaks: true,
  judge: (subject) =>
    valuesOf(subject)
      .filter(({ kind, state, selected }) => kind === 'value' && state === 'clear' && selected.includes(true))
      .map((value) => flawIn(value, subject)),
};

function flawIn(value: SeenValue, { ruling }: Subject): Flaw {
  const { path, at } = value;
  // A rule for all files that says nothing of values leaves them to flags.
  const isVague = ruling?.names !== true && ruling?.rule?.selection === undefined;
  if (!byRuleAlone(value)) return { message: 'is in clear where ciphertext belongs', path, at };
  return {
    message: 'is in clear, and the creation rule encrypts it, but not the selection that the file was encrypted with',
    advice:
      'decrypt the file and encrypt it anew, so that the selection of the rule counts; if it was committed or pushed, change the value',
    severity: isVague ? 'warning' : undefined,
    path,
    at,
  };
}

/** Comments in clear in an encrypted file. */
export const commentInClear: CheckRule = {
  id: 'comment-in-clear',
  severity: 'warning',
  summary: 'an encrypted file has a comment in clear that its own selection encrypts',
  advice: 'see whether it tells a secret; `sopsmith edit` encrypts it when anything is changed',
  leaks: true,
  judge: (subject) =>
    valuesOf(subject)
      .filter(({ kind, state, selected }) => kind === 'comment' && state === 'clear' && selected[0] === true)
      .map(({ path, at }) => ({ message: 'a comment is in clear where ciphertext belongs', path, at })),
};

/** Files of which nothing is, or would be, encrypted. */
export const selectsNothing: CheckRule = {
  id: 'selects-nothing',
  severity: 'error',
  summary: 'an encrypted file has values, and its selection encrypts none of them: all of it is in clear',
  advice: 'correct the selection in .sops.yaml, decrypt the file and encrypt it anew',
  leaks: true,
  judge: ({ state }) => {
    if (state.kind !== 'sealed') return [];
    const values = state.values.filter((value) => value.kind === 'value' && value.state !== 'empty');
    if (values.length === 0 || values.some((value) => value.selected[0] === true || value.state !== 'clear')) return [];
    return [{ message: `${spelled(state.file.metadata.selection)} selects none of the ${values.length} values: the file is all in clear` }];
  },
};

export const spelled = (selection: Selection): string =>
  `${selection.by} \`${'suffix' in selection ? selection.suffix : selection.pattern}\``;

/** Ciphertext that is broken. */
export const brokenCiphertext: CheckRule = {
  id: 'broken-ciphertext',
  severity: 'error',
  summary: 'a value or comment begins as ciphertext and is none: cut off, or changed',
  advice: 'restore the line from version control',
  judge: (subject) =>
    valuesOf(subject)
      .filter(({ state }) => state === 'broken')
      .map(({ path, at }) => ({ message: 'is broken ciphertext', path, at })),
};

/** Ciphertext where none belongs. */
export const strayCiphertext: CheckRule = {
  id: 'stray-ciphertext',
  severity: 'error',
  summary: 'a value is ciphertext where the selection of the file encrypts nothing: it will not be decrypted',
  advice: 'see whether a key was renamed or the selection changed by hand, and restore it',
  judge: (subject) =>
    valuesOf(subject)
      .filter(({ kind, state, selected }) => kind === 'value' && state === 'sealed' && selected[0] !== true)
      .map(({ path, at }) => ({ message: 'is ciphertext, and the selection of the file does not say that it is', path, at })),
};
