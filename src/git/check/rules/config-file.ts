import type { ConfigFlaw } from '../../../config/config.ts';
import type { CheckRule } from '../check-rule.ts';
import type { Flaw } from '../finding.ts';
import type { Subject } from '../subject.ts';

/** A config file that sops refuses, for all files or for those of one rule. */
export const malformedConfig: CheckRule = {
  id: 'malformed-config',
  severity: 'error',
  summary: 'a .sops.yaml cannot be read, or a rule in it',
  advice: 'correct it: files that it should speak for cannot be checked',
  judge: ({ config }) =>
    (config?.errors ?? []).map(({ message, details: { position } }) => ({
      message: message.replace(/^line \d+: /, ''),
      at: position,
    })),
};

const flawsOf = ({ config }: Subject, kind: ConfigFlaw['kind']): readonly Flaw[] =>
  (config?.flaws ?? []).filter((flaw) => flaw.kind === kind).map(({ line, message }) => ({ message, at: { line, column: 1 } }));

/** Names that nobody reads. */
export const unknownConfigKey: CheckRule = {
  id: 'unknown-config-key',
  severity: 'warning',
  summary: 'a .sops.yaml has a name that nobody reads: most often a misspelled one',
  advice: 'correct its spelling, or take it out',
  judge: (subject) => flawsOf(subject, 'unknown key'),
};

/** Key groups that are one kind of key each. */
export const splitKeyGroups: CheckRule = {
  id: 'split-key-groups',
  severity: 'warning',
  summary: 'a rule has a key group for each kind of key, as `- age:` and `- pgp:`: a key of each will be needed to decrypt',
  advice: 'put them into one group: one dash before the first, and none before the others',
  judge: (subject) => flawsOf(subject, 'split groups'),
};

/** What else is most likely not meant. */
export const doubtfulConfig: CheckRule = {
  id: 'doubtful-config',
  severity: 'warning',
  summary: 'a .sops.yaml says something that is without effect, or most likely not meant',
  advice: 'see what sops makes of it: `sopsmith rules FILE`',
  judge: (subject) => [...flawsOf(subject, 'other'), ...(subject.config?.settings.flaws ?? [])],
};

/** A config file that sops never finds. */
export const misnamedConfig: CheckRule = {
  id: 'misnamed-config',
  severity: 'warning',
  summary: 'a config file is called .sops.yml, which sops does not look for',
  advice: 'call it .sops.yaml',
  judge: ({ path }) => (path.endsWith('/.sops.yml') ? [{ message: 'sops looks for .sops.yaml, and passes this file by' }] : []),
};
