import { SopsError } from '../../src/errors.ts';
import type { Format, FormatName } from '../../src/formats/format.ts';
import type { Answer } from '../interop/oracle.ts';
import { seeded } from './json-documents.ts';
import type { Random } from './json-documents.ts';
import { record, shown } from './round-trip.ts';

/** What the tests need of a format whose values are all strings. */
export interface FlatFormat {
  readonly format: Format;
  /** What the oracle calls it. */
  readonly name: FormatName;
  readonly generate: (random: Random) => string;
  readonly damage: (source: string, random: Random) => string;
  /** The errors of real sops for what we accept on purpose. */
  readonly accepted: RegExp;
  /** Of the documents at least this share comes back byte for byte with no help from the layout entry. */
  readonly exact: number;
}

/** How many documents a property is tried on. */
export const runs: number = Number(process.env['SOPSMITH_FLAT_RUNS'] ?? 2000);
const seed = Number(process.env['SOPSMITH_SEED'] ?? 1);

/** Documents of a format, each from a seed of its own. */
export const documentsOf = (generate: (random: Random) => string, series: number, count: number = runs): readonly string[] =>
  Array.from({ length: count }, (_, index) => generate(seeded((seed * 10 + series) * 1_000_003 + index)));

/** The same, but for those that the format refuses. */
export const parsable = (
  { format, generate }: Pick<FlatFormat, 'format' | 'generate'>,
  series: number,
  count: number = runs,
): readonly string[] => documentsOf(generate, series, count).filter((source) => look(format, source).error === undefined);

/** The first few of the documents for which a property does not hold. */
export const failures = <T>(documents: readonly T[], holds: (document: T, at: number) => boolean): readonly T[] =>
  documents.filter((one, at) => !holds(one, at)).slice(0, 3);

/** Metadata in the shape of the format. */
export const recordOf = (format: Format, more: Readonly<Record<string, string>> = {}): ReturnType<typeof record> =>
  record(format.shape === 'prefixed' ? 'sops_' : '', more);

/** What we see of a document, or why we refuse it. */
export function look(format: Format, source: string): Answer {
  try {
    const document = format.parse(source);
    return { leaves: shown(document), print: format.print(document.branches, {}) };
  } catch (error) {
    if (error instanceof SopsError && error.code === 'MALFORMED_DOCUMENT' && error.details.position) return { error: error.message };
    throw error;
  }
}
