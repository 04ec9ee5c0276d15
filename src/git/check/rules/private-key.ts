import { fromBase64 } from '../../../crypto/bytes.ts';
import { decodeBech32 } from '../../../keysources/age/bech32.ts';
import type { CheckRule } from '../check-rule.ts';
import type { Flaw, Severity } from '../finding.ts';

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

/** Base64 behind a header: on a line of its own, or behind a line break that is spelled out, as in JSON. Headers such as `Proc-Type` may stand between. */
const body = String.raw`(?:\\r|\\n|\s|[A-Za-z-]+: [^\n\\]*(?:\n|\\n))*[A-Za-z0-9+/=]{16,}`;

const kinds: readonly Kind[] = [
  { name: 'an age identity', hint: 'AGE-SECRET-KEY-', pattern: /AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]{50,4000}/g, isReal: isBech32 },
  {
    name: 'an identity of an age plugin, which may hold a private key',
    hint: 'AGE-PLUGIN-',
    pattern: /AGE-PLUGIN-[A-Z0-9+._-]{1,60}-1[02-9AC-HJ-NP-Z]{6,4000}/g,
    isReal: isBech32,
    severity: 'warning',
  },
  { name: 'an OpenSSH private key', hint: 'PRIVATE KEY', pattern: new RegExp(`-----BEGIN OPENSSH PRIVATE KEY-----${body}`, 'g') },
  { name: 'a PGP private key', hint: 'PRIVATE KEY BLOCK', pattern: new RegExp(`-----BEGIN PGP PRIVATE KEY BLOCK-----${body}`, 'g') },
  {
    name: 'a private key in PEM',
    hint: 'PRIVATE KEY',
    pattern: new RegExp(`-----BEGIN (?:RSA |EC |DSA |ENCRYPTED )?PRIVATE KEY-----${body}`, 'g'),
  },
  {
    name: 'a private key of PuTTY',
    hint: 'PuTTY-User-Key-File-',
    pattern: /PuTTY-User-Key-File-\d: \S{1,40}(?:(?!PuTTY-)[^]){0,4000}?Private-Lines: \d+/g,
  },
  { name: 'a token of Vault', hint: 'hv', pattern: /(?<![\w.])hv[bs]\.[A-Za-z0-9_-]{80,}/g },
  { name: 'a private key in PEM, in base64', hint: 'LS0tLS1CRUdJTi', pattern: /LS0tLS1CRUdJTi[A-Za-z0-9+/]{40,}/g, isReal: isPem },
  { name: 'an age identity in base64', hint: 'QUdFLVNFQ1JFVC1LRVkt', pattern: /QUdFLVNFQ1JFVC1LRVkt[A-Za-z0-9+/]{60,}/g },
];

/** Whether base64 is that of a private key; a Kubernetes Secret holds certificates in the same way. */
function isPem(base64: string): boolean {
  const bytes = fromBase64(base64.slice(0, 40));
  return bytes !== undefined && /-----BEGIN [A-Z ]*PRIVATE KE?/.test(String.fromCodePoint(...bytes));
}

/** Private keys and tokens in clear. Files are hostile: no pattern takes more than linear time. Ciphertext cannot look like one: base64 has neither dashes nor points. */
export const privateKey: CheckRule = {
  id: 'private-key',
  severity: 'error',
  summary: 'a private key, an age identity or a token of Vault stands in clear',
  advice: 'take it out and make a new one: it counts as leaked once it was pushed; for one that is made for tests, see `sopsmith-allow`',
  leaks: true,
  judge: ({ text }) =>
    kinds.flatMap(({ name, hint, pattern, isReal, severity }): readonly Flaw[] =>
      text.includes(hint)
        ? [...text.matchAll(pattern)]
            .filter(([found]) => isReal?.(found) !== false)
            .map(({ index }) => ({ message: `holds ${name}`, at: index, severity }))
        : [],
    ),
};
