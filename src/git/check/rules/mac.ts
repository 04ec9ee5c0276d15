import type { CheckRule } from '../check-rule.ts';
import type { Flaw } from '../finding.ts';
import type { SopsError } from '../../../errors.ts';
import type { Subject } from '../subject.ts';
import type { Surroundings } from '../check-rule.ts';

/** Every file is opened once, however many rules ask. */
const opened = new WeakMap<Subject, Promise<SopsError | undefined>>();

/** What opening a file says; undefined where it opens, nobody is to be asked, or other rules say already why it cannot be opened. */
async function failure(subject: Subject, { open }: Surroundings): Promise<SopsError | undefined> {
  const { state, content } = subject;
  if (open === undefined || state.kind !== 'sealed') return undefined;
  if (
    state.values.some(
      (value) => value.state === 'broken' || (value.kind === 'value' && value.state === 'clear' && value.selected[0] === true),
    )
  )
    return undefined;
  const before = opened.get(subject);
  if (before !== undefined) return before;
  const now = open(content, state.file);
  opened.set(subject, now);
  return now;
}

const isMismatch = ({ code }: SopsError): boolean => code === 'MAC_MISMATCH' || code === 'VALUE_UNOPENABLE';

const flawOf = ({ message, details: { path } }: SopsError): Flaw => ({ message, path });

/** Files that were changed by hand. */
export const macMismatch: CheckRule = {
  id: 'mac-mismatch',
  severity: 'error',
  summary: 'with `--mac`: the MAC of a file does not fit, or a value does not authenticate: the file was changed without sops',
  advice: 'compare it with an earlier version, and restore that or accept the file by editing it with `--ignore-mac`',
  judge: async (subject, surroundings) => {
    const error = await failure(subject, surroundings);
    return error !== undefined && isMismatch(error) ? [flawOf(error)] : [];
  },
};

/** Files that cannot be opened here. */
export const macUnverified: CheckRule = {
  id: 'mac-unverified',
  severity: 'note',
  summary: 'with `--mac`: no key here opens the file, so that its MAC could not be checked',
  advice: '`sopsmith keys` says which master keys were tried, and why they did not open it',
  judge: async (subject, surroundings) => {
    const error = await failure(subject, surroundings);
    return error !== undefined && !isMismatch(error) ? [{ message: 'the MAC could not be checked: no key here opens the file' }] : [];
  },
};
