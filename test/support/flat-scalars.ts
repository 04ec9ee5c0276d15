import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScalarType } from '../../src/document/scalar.ts';
import type { Entry, Node } from '../../src/document/tree.ts';
import { needed } from './peers.ts';

/** Values of every type: as YAML has them, and as the tree does. */
const scalars: readonly (readonly [string, ScalarType | 'null', string])[] = [
  ['1', 'int', '1'],
  ['-9223372036854775808', 'int', '-9223372036854775808'],
  ['1.5', 'float', '1.5'],
  ['1234567.0', 'float', '1234567'],
  ['100000.0', 'float', '100000'],
  ['123456.5', 'float', '123456.5'],
  ['1e21', 'float', '1000000000000000000000'],
  ['0.0001', 'float', '0.0001'],
  ['0.00001', 'float', '0.00001'],
  ['-1.25e-7', 'float', '-0.000000125'],
  ['-0.0', 'float', '-0'],
  ['5.0', 'float', '5'],
  ['.inf', 'float', '+Inf'],
  ['-.inf', 'float', '-Inf'],
  ['true', 'bool', 'True'],
  ['false', 'bool', 'False'],
  ['2024-01-02T03:04:05.678Z', 'time', '2024-01-02T03:04:05.678Z'],
  ['2024-01-02T03:04:05.5+02:00', 'time', '2024-01-02T03:04:05.5+02:00'],
  ['"line\\nbreak"', 'str', 'line\nbreak'],
  ['"a#b;c"', 'str', 'a#b;c'],
  ['" padded "', 'str', ' padded '],
  ['"back`quote"', 'str', 'back`quote'],
  ['""', 'str', ''],
  ['~', 'null', ''],
];

const keyOf = (at: number): string => (at % 5 === 4 ? `ü${at}` : `k${at}`);

/** The values as entries of a tree. */
export const entries: readonly Entry[] = scalars.map(([, type, text], at) => {
  const value: Node = type === 'null' ? { kind: 'null' } : { kind: 'leaf', type, text };
  return { kind: 'entry', key: keyOf(at), value };
});

/** The same values as YAML, indented. */
export const yamlOf = (indent: string): string => scalars.map(([yaml], at) => `${indent}${keyOf(at)}: ${yaml}\n`).join('');

/** What real sops makes of YAML in another format: it encrypts it and decrypts it again, whole or one value. */
export function converted(yaml: string, format: string, ...extracts: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'convert-'));
  try {
    const keys = join(folder, 'keys');
    const file = join(folder, 'file.yaml');
    spawnSync(needed('age-keygen'), ['-o', keys]);
    const recipient = spawnSync(needed('age-keygen'), ['-y', keys], { encoding: 'utf8' }).stdout.trim();
    writeFileSync(file, yaml);
    spawnSync(needed('sops'), ['encrypt', '--in-place', '--age', recipient, file]);
    const env = { ...process.env, SOPS_AGE_KEY_FILE: keys };
    const decrypt = (...words: readonly string[]): string =>
      spawnSync(needed('sops'), ['decrypt', '--output-type', format, ...words, file], { env, encoding: 'utf8' }).stdout;
    return extracts.length === 0 ? [decrypt()] : extracts.map((path) => decrypt('--extract', path));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
