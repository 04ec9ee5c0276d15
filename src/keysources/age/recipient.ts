import { printable, SopsError } from '../../errors.ts';
import type { MasterKey } from '../../metadata/metadata.ts';
import { decodeBech32 } from './bech32.ts';

/** An age recipient. */
export interface AgeKey extends MasterKey {
  readonly kind: 'age';
  readonly recipient: string;
}

/** What wraps for a recipient: `tag` is a hardware key that needs no plugin to wrap for. */
export type RecipientKind = 'x25519' | 'hybrid' | 'tag' | 'ssh' | 'plugin';

/** Length in bytes of what each native prefix encodes. */
const natives: readonly (readonly [prefix: string, length: number, kind: RecipientKind])[] = [
  ['age', 32, 'x25519'],
  ['age1pq', 1216, 'hybrid'],
  ['age1tag', 33, 'tag'],
  ['age1tagpq', 1249, 'tag'],
];

/** The kind of a recipient, after a check of its spelling; throws `MALFORMED_KEY`, naming the recipient. */
export function recipientKind(recipient: string): RecipientKind {
  if (/^ssh-(ed25519|rsa)[ \t]+[A-Za-z0-9+/]+=*([ \t]|$)/.test(recipient)) return 'ssh';
  if (/^AGE-(SECRET-KEY|PLUGIN)-/i.test(recipient)) {
    throw new SopsError('MALFORMED_KEY', 'an age identity was given where a recipient belongs: a private key names nobody');
  }
  if (!recipient.startsWith('age1')) throw malformed(recipient, "it starts neither with 'age1' nor with 'ssh-ed25519' or 'ssh-rsa'");
  const decoded = decodeBech32(recipient);
  if (typeof decoded === 'string') throw malformed(recipient, decoded);
  const native = natives.find(([prefix]) => prefix === decoded.prefix);
  if (native === undefined) return 'plugin';
  const [, length, kind] = native;
  if (decoded.bytes.length !== length) throw malformed(recipient, `it holds ${decoded.bytes.length} bytes, not ${length}`);
  return kind;
}

/** What is private and belongs into no message. */
export const isPrivate: RegExp = /SECRET-KEY|AGE-PLUGIN-|PRIVATE KEY/i;

/** A recipient as messages name it; what somebody put there that is private is not shown. */
export const showRecipient = (recipient: string): string => (isPrivate.test(recipient) ? '(a private key)' : printable(recipient));

const malformed = (recipient: string, why: string): SopsError =>
  new SopsError('MALFORMED_KEY', `'${showRecipient(recipient)}' is not an age recipient: ${why}`);

/** The plugin that a recipient such as `age1name1…` belongs to, as its program has it: `age-plugin-NAME`. Throws `MALFORMED_KEY`. */
export function pluginOf(recipient: string): string {
  const decoded = decodeBech32(recipient);
  const [, name] = typeof decoded === 'string' ? [] : (/^age1([\w+.-]+)$/.exec(decoded.prefix) ?? []);
  if (name === undefined) throw malformed(recipient, 'the name of its plugin is not possible');
  return name;
}

/** One recipient with the space around it taken off, checked; throws `MALFORMED_KEY`. */
export function ageKey(text: string): AgeKey {
  const recipient = text.trim();
  recipientKind(recipient);
  return { kind: 'age', recipient };
}
