import { printDuration } from '../../../config/duration.ts';
import { recipientNames } from '../../../config/recipient-names.ts';
import type { KeyAges, KnownSince } from '../../../operations/key-age.ts';
import type { CheckRule, Surroundings } from '../check-rule.ts';
import { recordAt, type Subject } from '../subject.ts';

/** Every file's history is looked through once, however many rules ask. */
const known = new WeakMap<Subject, Promise<KeyAges>>();

async function agesOf(subject: Subject, { ages }: Surroundings): Promise<KeyAges | undefined> {
  if (subject.state.kind !== 'sealed') return undefined;
  const before = known.get(subject) ?? ages(subject.path, subject.state.file);
  known.set(subject, before);
  return before;
}

/** Data keys that are due for `rotate`. */
export const oldDataKey: CheckRule = {
  id: 'old-data-key',
  severity: 'warning',
  summary: 'the data key of a file is older than `max_age` in .sops.yaml, or `--max-age`, allows',
  advice: 'make a new one with `sopsmith rotate --in-place`, for all such files with `sopsmith rotate --overdue`',
  judge: async (subject, surroundings) => {
    const limit = surroundings.maxAge.dataKey ?? subject.maxAge.dataKey;
    if (limit === undefined) return [];
    const since = (await agesOf(subject, surroundings))?.dataKey;
    const message = since && tooOld('the data key is AGE old', since, limit, surroundings);
    return message === undefined ? [] : [{ message, path: 'sops', at: recordAt(subject.text) }];
  },
};

/** Master keys that are due to be replaced. */
export const oldRecipient: CheckRule = {
  id: 'old-recipient',
  severity: 'warning',
  summary: 'a file is encrypted for a master key for longer than `max_age` in .sops.yaml, or `--max-recipient-age`, allows',
  advice: 'make a new key, name it in .sops.yaml in place of the old one, and bring files up to date with `sopsmith updatekeys --rotate`',
  judge: async (subject, surroundings) => {
    const limit = surroundings.maxAge.recipient ?? subject.maxAge.recipient;
    if (limit === undefined) return [];
    const recipients = (await agesOf(subject, surroundings))?.recipients ?? new Map<string, KnownSince>();
    const source = subject.ruling?.config.source ?? '';
    return [...recipients].flatMap(([name, since]) => {
      const nickname = recipientNames(source).nameOf(name);
      const called = nickname === undefined ? name : `${name} (${nickname})`;
      const message = tooOld(`the file has been encrypted for AGE for ${called}`, since, limit, surroundings);
      return message === undefined ? [] : [{ message, path: 'sops', at: Math.max(0, subject.text.lastIndexOf(name)) }];
    });
  },
};

const sources = { lastmodified: 'its last change', created_at: 'created_at', commit: 'Git' } as const;

/** What is to be told, with the age where it says `AGE`; nothing where it is allowed. */
function tooOld(what: string, { date, from }: KnownSince, limit: number, { now }: Pick<Surroundings, 'now'>): string | undefined {
  const age = now.getTime() - date.getTime();
  if (age <= limit) return undefined;
  const day = date.toISOString().slice(0, 10);
  return `${what.replace('AGE', printDuration(age))}, by ${sources[from]} of ${day}, where ${printDuration(limit)} are allowed`;
}
