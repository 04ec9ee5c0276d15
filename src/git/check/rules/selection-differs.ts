import { defaultSelection, type Selection } from '../../../metadata/metadata.ts';
import type { CheckRule } from '../check-rule.ts';
import { spelled } from './in-clear.ts';

const textOf = (selection: Selection): string => ('suffix' in selection ? selection.suffix : selection.pattern);

const isSame = (one: Selection, other: Selection): boolean => one.by === other.by && textOf(one) === textOf(other);

/** A file that was encrypted with another selection than its rule has. */
export const selectionDiffers: CheckRule = {
  id: 'selection-differs',
  severity: 'warning',
  summary: 'a file was encrypted with another selection of values, or another scope of its MAC, than its rule says',
  advice: 'decrypt the file and encrypt it anew: `updatekeys` leaves the selection as it is',
  judge: ({ state, ruling }) => {
    if (state.kind !== 'sealed' || ruling?.rule === undefined || state.file.format.name === 'binary') return [];
    const { selection, macOnlyEncrypted } = state.file.metadata;
    const { selection: wanted = defaultSelection, macOnlyEncrypted: only } = ruling.rule;
    const rule = `rule ${ruling.number} of .sops.yaml (line ${ruling.line})`;
    return [
      ...(isSame(selection, wanted)
        ? []
        : [{ message: `the file has ${spelled(selection)}, and ${rule} says ${spelled(wanted)}`, path: 'sops' }]),
      ...(macOnlyEncrypted === only
        ? []
        : [{ message: `mac_only_encrypted is ${macOnlyEncrypted}, and ${rule} says ${only}`, path: 'sops.mac_only_encrypted' }]),
    ];
  },
};

/** An encrypted file that no rule takes. */
export const noRule: CheckRule = {
  id: 'no-rule',
  severity: 'note',
  summary: 'a file is encrypted, and no creation rule takes it',
  advice: 'add a rule for it, so that `updatekeys` and this check know whom it is for',
  judge: ({ state, ruling, hasRules }) =>
    state.kind === 'sealed' && ruling === undefined && hasRules ? [{ message: 'is encrypted, and no creation rule takes it' }] : [],
};
