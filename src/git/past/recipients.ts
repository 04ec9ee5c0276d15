import { SopsError } from '../../errors.ts';

/** A master key that files are or were encrypted for. */
export interface KnownRecipient {
  /** As it is named in messages. */
  readonly name: string;
  /** What config files call or called it. */
  readonly called: readonly string[];
}

/**
 * The master keys that a person means: by the whole key, its beginning, the end of a fingerprint, or what a config file calls it. One name may stand for several keys.
 * Throws `USAGE` where there is none, or several that are not called alike.
 */
export function recipientsMeant(word: string, known: readonly KnownRecipient[]): readonly KnownRecipient[] {
  const wanted = normal(word);
  const ways: readonly ((one: KnownRecipient) => boolean)[] = [
    ({ name }) => normal(name) === wanted,
    ({ called }) => called.some((text) => plain(text) === plain(word)),
    ({ name }) => /^[0-9a-f]{8,}$/.test(wanted) && /^[0-9a-f]{40}$/.test(normal(name)) && normal(name).endsWith(wanted),
    ({ name }) => wanted.length > 0 && normal(name).startsWith(wanted),
    ({ called }) => called.some((text) => plain(word) !== '' && plain(text).startsWith(plain(word))),
  ];
  for (const [at, means] of ways.entries()) {
    const meant = known.filter(means);
    if (meant.length === 0) continue;
    // The first two are whole names.
    if (at < 2 || areAlike(meant)) return meant;
    throw new SopsError('USAGE', `several recipients are meant by that: ${meant.map(shown).join(', ')}`, {
      hint: 'give more of its beginning, or its name',
    });
  }
  throw new SopsError('USAGE', 'nothing in this history was encrypted for such a recipient', {
    hint: known.length === 0 ? 'no encrypted files were found' : `there were ${known.map(shown).join(', ')}`,
  });
}

/** One key under several roles or contexts, or several keys of one name. */
const areAlike = (meant: readonly KnownRecipient[]): boolean =>
  new Set(meant.map(({ name }) => normal(name))).size === 1 ||
  (new Set(meant.map(({ called }) => called.map(plain)[0] ?? '')).size === 1 && meant.every(({ called }) => called.length > 0));

/** A recipient as people know it. */
export function shown({ name, called: [first] }: KnownRecipient): string {
  const short = name.length > 48 ? `${name.slice(0, 24)}…` : name;
  return first === undefined ? short : `${first} (${short})`;
}

const plain = (text: string): string => text.trim().toLowerCase();

/** Without what is no part of the key itself: the comment of an SSH key, the role or context of one of AWS, spaces in a fingerprint. */
function normal(text: string): string {
  const [type = '', key = ''] = text.trim().split(/\s+/);
  if (type.startsWith('ssh-')) return `${type} ${key}`.trim();
  return text
    .replace(/[|+].*$/s, '')
    .replaceAll(/\s/g, '')
    .replace(/^0x/i, '')
    .toLowerCase();
}
