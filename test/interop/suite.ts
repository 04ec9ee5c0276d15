import type { FormatName } from '../../src/formats/format.ts';
import { readsAgain, type Rule } from './oracle.ts';

/** A document to try, and the rule to encrypt it by. */
export interface Case {
  readonly source: Uint8Array;
  readonly rule: Rule;
}

/**
 * What came of a case: as it should be; refused by both programs alike; such that real sops itself does not read what it wrote; or a difference,
 * whose `kind` stays the same while the document is made smaller.
 */
export type Finding = 'good' | 'refused' | 'beyond sops' | Difference;

/** A difference; `texts` are what the two programs made, where both made something. */
export interface Difference {
  readonly kind: string;
  readonly detail: string;
  readonly texts?: readonly [ours: string, theirs: string];
}

/** A way to compare the two programs. */
export interface Suite {
  readonly name: string;
  readonly formats: readonly FormatName[];
  /** The most cases of one format that it takes: some start processes. */
  readonly most?: number;
  /** One finding a case. */
  check(format: FormatName, cases: readonly Case[]): Promise<readonly Finding[]>;
}

export const textFormats: readonly FormatName[] = ['yaml', 'json', 'dotenv', 'ini'];

/** What sops takes in a later document of a stream only to write `null` for it; we refuse it. */
export const losesValue: RegExp = /a value is not what its tag says/;

/** A step that ended with an error; errors that differ in numbers and quoted words alone are of one kind. */
export const failure = (what: string, error: string): Finding => ({
  kind: `${what}: ${error.replaceAll(/\d+|'[^']*'|"[^"]*"/g, '').slice(0, 200)}`,
  detail: `${what}: ${error}`,
});

/** Where two texts part, for a finding's detail. */
export function difference(what: string, ours: string, theirs: string): Finding {
  const [a, b] = [ours.split('\n'), theirs.split('\n')];
  const at = a.findIndex((line, index) => line !== b[index]);
  const line = at === -1 ? a.length : at;
  return { kind: what, detail: `${what}, line ${line + 1}\n  ours: ${show(a[line])}\n  sops: ${show(b[line])}`, texts: [ours, theirs] };
}

const show = (line: string | undefined): string => (line === undefined ? '(none)' : JSON.stringify(line).slice(0, 300));

/** Digits that no 64-bit integer holds: real sops rounds them in print, we keep them. */
const large = /\d{19}/;

/** The findings, less those where what real sops printed is no measure: it does not read it back itself, or it rounded a large integer. */
export function excused(
  format: FormatName,
  sources: readonly string[],
  findings: readonly Finding[],
  printed: (at: number) => string,
): readonly Finding[] {
  const places = findings.flatMap((finding, at) => (typeof finding === 'object' && finding.texts !== undefined ? [at] : []));
  const again = readsAgain(
    format,
    places.map(printed),
    places.map((at) => sources[at] ?? ''),
  );
  const beyond = new Set(places.filter((at, index) => again[index] === false || large.test(sources[at] ?? '')));
  return findings.map((finding, at) => (beyond.has(at) ? 'beyond sops' : finding));
}
