import type { CreationRule } from '../../../config/config.ts';
import { recipientNames } from '../../../config/recipient-names.ts';
import type { KeySource } from '../../../keysources/keysource.ts';
import type { MasterKey, Metadata } from '../../../metadata/metadata.ts';
import { effectiveThreshold } from '../../../operations/data-key.ts';
import { nameOf } from '../../../operations/master-key-name.ts';
import type { CheckRule } from '../check-rule.ts';
import type { Flaw } from '../finding.ts';
import type { Ruling } from '../policy.ts';
import { recordAt, type Subject } from '../subject.ts';

/** The master keys of a file beside those of its rule. */
interface Compared {
  readonly missing: readonly string[];
  readonly removed: readonly string[];
  readonly regrouped: boolean;
  readonly threshold: { readonly file: number; readonly rule: number } | undefined;
  /** How the config file calls a master key. */
  readonly called: (name: string) => string;
  readonly rule: string;
}

/** Master keys that a file lacks. */
export const recipientMissing: CheckRule = {
  id: 'recipient-missing',
  severity: 'error',
  summary: 'a file is not encrypted for a master key that its rule names',
  advice: 'bring the file up to date with `sopsmith updatekeys`',
  judge: (subject, { keySources }) =>
    compared(subject, keySources, ({ missing, called, rule }) =>
      missing.map((name) => ({
        message: `${rule} names ${called(name)}, for whom the file is not encrypted`,
        path: 'sops',
        at: recordAt(subject.text),
      })),
    ),
};

/** Master keys that a file has and should not. */
export const recipientRemoved: CheckRule = {
  id: 'recipient-removed',
  severity: 'error',
  summary: 'a file is still encrypted for a master key that its rule does not name any more',
  advice:
    'bring the file up to date with `sopsmith updatekeys`, make a new data key with `sopsmith rotate`, and change the secrets that the holder could read',
  judge: (subject, { keySources }) =>
    compared(subject, keySources, ({ removed, called, rule }) =>
      removed.map((name) => ({
        message: `the file is encrypted for ${called(name)}, whom ${rule} does not name`,
        path: 'sops',
        at: Math.max(0, subject.text.lastIndexOf(name)),
      })),
    ),
};

/** Key groups and their threshold. */
export const keyGroupsDiffer: CheckRule = {
  id: 'key-groups-differ',
  severity: 'error',
  summary: 'the key groups of a file, or how many of them it takes to decrypt, are not those of its rule',
  advice: 'bring the file up to date with `sopsmith updatekeys`',
  judge: (subject, { keySources }) =>
    compared(subject, keySources, ({ regrouped, threshold, rule }) => [
      ...(regrouped
        ? [{ message: `the master keys are in other groups than ${rule} says`, path: 'sops', at: recordAt(subject.text) }]
        : []),
      ...(threshold === undefined
        ? []
        : [
            {
              message: `it takes ${threshold.file} key groups to decrypt, where ${rule} says ${threshold.rule}`,
              path: 'sops.shamir_threshold',
              at: recordAt(subject.text),
            },
          ]),
    ]),
};

function compared(
  { state, ruling }: Subject,
  keySources: readonly KeySource[],
  tell: (compared: Compared) => readonly Flaw[],
): readonly Flaw[] {
  // A rule without keys leaves them to flags and variables.
  if (state.kind !== 'sealed' || ruling?.rule === undefined || ruling.rule.keyGroups.flat().length === 0) return [];
  return tell(compare(state.file.metadata, ruling.rule, ruling, keySources));
}

function compare(metadata: Metadata, rule: CreationRule, ruling: Ruling, keySources: readonly KeySource[]): Compared {
  const has = metadata.keyGroups.map((group) => group.map(({ masterKey }) => nameOf(masterKey, keySources)));
  const wants = rule.keyGroups.map((group) => group.map(wanted(keySources)));
  const fits = (one: Wanted, name: string): boolean => (one.open ? name.startsWith(one.name) : name === one.name);
  const missing = wants.flat().filter((one) => !has.flat().some((name) => fits(one, name)));
  const removed = has.flat().filter((name) => !wants.flat().some((one) => fits(one, name)));
  const same = missing.length === 0 && removed.length === 0;
  const alike = (group: readonly Wanted[], names: readonly string[] = []): boolean =>
    group.length === names.length && group.every((one) => names.some((name) => fits(one, name)));
  return {
    missing: missing.map(({ name }) => name),
    removed,
    regrouped: same && (has.length !== wants.length || !wants.every((group, at) => alike(group, has[at]))),
    threshold: same ? thresholds(metadata, rule) : undefined,
    called: (name) => {
      const nickname = recipientNames(ruling.config.source).nameOf(name);
      return nickname === undefined ? name : `${name} (${nickname})`;
    },
    rule: `rule ${ruling.number} of .sops.yaml (line ${ruling.line})`,
  };
}

/** A master key of a rule. */
interface Wanted {
  readonly name: string;
  /** Its name leaves open what the file has: the version of a key. */
  readonly open: boolean;
}

const wanted =
  (keySources: readonly KeySource[]) =>
  (masterKey: MasterKey): Wanted => ({
    name: nameOf(masterKey, keySources),
    open: keySources.find(({ kind }) => kind === masterKey.kind)?.leavesOpen?.(masterKey) === true,
  });

/** With one key group nothing is shared. */
function thresholds({ shamirThreshold, keyGroups }: Metadata, rule: CreationRule): Compared['threshold'] {
  const count = rule.keyGroups.length;
  if (count < 2 || rule.shamirThreshold === 0) return undefined;
  const file = effectiveThreshold(shamirThreshold, keyGroups.length);
  const wants = Math.min(rule.shamirThreshold, count);
  return file === wants ? undefined : { file, rule: wants };
}
