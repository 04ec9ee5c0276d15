import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import type { Exported, Exporter, ExportOptions } from '../../src/export/exporter.ts';
import { SopsError } from '../../src/errors.ts';

/** Characters that some shell or reader takes for more than they are. */
const signs = '\'"`$\\!#%{}()[]<>|&;=~*?^@+,.:-_/ \t\n\r'.split('');
const special = [...signs, '‘', '’', '‚', '‛', '“', '\u0001', '\u001B', '\u007F', '\u0085', '\u2028'];
const sequences = [
  '${A}',
  '%{x}',
  '$(id)',
  '`id`',
  '\\n',
  '\\\\',
  "''",
  '"""',
  'EOF',
  '%A%',
  '\u{1F600}',
  'é',
  'e\u0301',
  '\uFEFF',
  '\uF8FF',
  '\u202E',
];

/** Texts full of such characters, and texts of any. */
export const values: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: fc.constantFrom(...special, ...sequences, 'a', '1'), maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll('\0', '')),
  fc.constantFrom('', ' ', '\n', 'true', '007', '-----BEGIN KEY-----\nAb+/=\n-----END KEY-----\n', '{"a": "it\'s"}'),
);

/** Variables with harmless names. */
export const variables: fc.Arbitrary<ReadonlyMap<string, string>> = fc
  .array(values, { minLength: 1, maxLength: 25 })
  .map((texts) => new Map(texts.map((text, at) => [`V_${at}`, text])));

const options: ExportOptions = { secret: { name: 'some' }, random: (length) => randomBytes(length) };

/** What an exporter makes of variables. */
export const exported = (exporter: Exporter, from: ReadonlyMap<string, string>, more: Partial<ExportOptions> = {}): Exported =>
  exporter.print(from, { ...options, ...more });

/** Whether it refuses one variable; the refusal names it, and not its value. */
export function refuses(exporter: Exporter, name: string, text: string): boolean {
  try {
    exported(exporter, new Map([[name, text]]));
    return false;
  } catch (error) {
    if (!(error instanceof SopsError) || error.code !== 'UNPRINTABLE_DOCUMENT') throw error;
    if (!error.message.includes(name)) throw new Error('the refusal does not name the variable', { cause: error });
    return true;
  }
}

/** Those of some variables that an exporter takes. */
export const taken = (exporter: Exporter, all: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map([...all].filter(([name, text]) => !refuses(exporter, name, text)));
