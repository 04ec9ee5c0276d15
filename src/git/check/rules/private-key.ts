import { decodeBech32 } from '../../../keysources/age/bech32.ts';
import type { CheckRule } from '../check-rule.ts';
import type { Flaw, Severity } from '../finding.ts';
import { inBase64 } from '../in-base64.ts';

/** One kind of private key, told by its looks so certainly that nothing else is taken for one. */
interface Kind {
  readonly name: string;
  /** What a text must hold for the pattern to be tried. */
  readonly hint: string;
  readonly pattern: RegExp;
  readonly isReal?: (found: string) => boolean;
  readonly severity?: Severity;
}

const isBech32 = (text: string): boolean => typeof decodeBech32(text) !== 'string';

/** White space, or a line break that is spelled out, as in JSON. */
const space = String.raw`(?:[\s\\]|(?<=\\)[nr])`;

/** Base64 behind a header, on a line of its own. Headers such as `Proc-Type` may stand between. */
const body = String.raw`${space}{0,60}(?:[A-Za-z-]{1,20}: [^\n\\]{0,80}[\n\\]${space}{0,60}){0,4}[A-Za-z0-9+/=]{16,}`;

/** A key that is quoted, line by line: as comments, as texts of a program, in a list or in HTML. It begins as the DER of every such key does, or the format of OpenSSH. */
const quoted = String.raw`(?:[^A-Za-z0-9]|(?<=\\)[nr]|(?<=<)b|(?<=<b)r){0,60}(?:M[A-Za-z0-9+/]{39,}|b3BlbnNz[A-Za-z0-9+/]{32,})`;

const armored = (title: string): RegExp => new RegExp(`-----BEGIN ${title}-----(?:${body}|${quoted})`, 'g');

const kinds: readonly Kind[] = [
  { name: 'an age identity', hint: 'AGE-SECRET-KEY-', pattern: /AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]{50,4000}/g, isReal: isBech32 },
  {
    name: 'an identity of an age plugin, which may hold a private key',
    hint: 'AGE-PLUGIN-',
    pattern: /AGE-PLUGIN-[A-Z0-9+._-]{1,60}-1[02-9AC-HJ-NP-Z]{6,4000}/g,
    isReal: isBech32,
    severity: 'warning',
  },
  { name: 'an OpenSSH private key', hint: 'PRIVATE KEY', pattern: armored('OPENSSH PRIVATE KEY') },
  { name: 'a PGP private key', hint: 'PRIVATE KEY BLOCK', pattern: armored('PGP PRIVATE KEY BLOCK') },
  { name: 'a private key in PEM', hint: 'PRIVATE KEY', pattern: armored('(?:RSA |EC |DSA |ENCRYPTED )?PRIVATE KEY') },
  {
    name: 'a private key of PuTTY',
    hint: 'PuTTY-User-Key-File-',
    pattern: /PuTTY-User-Key-File-\d: \S{1,40}(?:(?!PuTTY-)[^]){0,4000}?Private-Lines: \d+/g,
  },
  { name: 'a token of Vault', hint: 'hv', pattern: /(?<![\w.])hv[bs]\.[A-Za-z0-9_-]{80,}/g },
];

/** How keys begin. */
const beginnings: readonly string[] = ['-----BEGIN ', 'AGE-SECRET-KEY-'];

const keysInBase64 = (text: string): readonly Flaw[] =>
  beginnings.flatMap((beginning) =>
    [...inBase64(beginning, text)].flatMap(({ at, decoded }) =>
      plainKeys(decoded).map(({ message }) => ({ message: `${message}, in base64`, at })),
    ),
  );

const plainKeys = (text: string): readonly Flaw[] =>
  kinds.flatMap(({ name, hint, pattern, isReal, severity }): readonly Flaw[] =>
    text.includes(hint)
      ? [...text.matchAll(pattern)]
          .filter(([found]) => isReal?.(found) !== false)
          .map(({ index }) => ({ message: `holds ${name}`, at: index, severity }))
      : [],
  );

/** Private keys and tokens in clear. Files are hostile: no pattern takes more than linear time. Ciphertext cannot look like one: base64 has neither dashes nor points. */
export const privateKey: CheckRule = {
  id: 'private-key',
  severity: 'error',
  summary: 'a private key, an age identity or a token of Vault stands in clear',
  advice: 'take it out and make a new one: it counts as leaked once it was pushed; for one that is made for tests, see `sopsmith-allow`',
  leaks: true,
  judge: ({ text }) => [...plainKeys(text), ...keysInBase64(text)],
};
