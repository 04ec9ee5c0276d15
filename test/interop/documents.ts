import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FormatName } from '../../src/formats/format.ts';
import { dotenvDocument } from '../support/dotenv-documents.ts';
import { iniDocument } from '../support/ini-documents.ts';
import { jsonDocument } from '../support/json-documents.ts';
import { type Random, seeded } from '../support/random.ts';
import { yamlDocument } from '../support/yaml-documents.ts';
import type { Rule } from './oracle.ts';
import type { Case } from './suite.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const generators: Partial<Record<FormatName, (random: Random) => string>> = {
  yaml: yamlDocument,
  json: jsonDocument,
  dotenv: dotenvDocument,
  ini: iniDocument,
};

const endings: Record<FormatName, RegExp> = {
  yaml: /\.ya?ml$/,
  json: /\.json$/,
  dotenv: /\.env$/,
  ini: /\.ini$/,
  binary: /\.(bin|txt|pem)$/,
};

const rules: readonly Rule[] = [
  '',
  'encrypted_regex=^(data|stringData|pass.*|a|b)$',
  'unencrypted_regex=^(kind|apiVersion|c|name)$',
  'encrypted_suffix=_enc',
  'unencrypted_suffix=a',
  'encrypted_comment_regex=^ .*[aeiou]',
  'unencrypted_comment_regex=^ .*[aeiou]',
];

/** Cases of one format: documents that stand in the repository and in the packages it installs, then generated ones, each with a selection rule. */
export function casesOf(format: FormatName, seed: number, count: number): readonly Case[] {
  const sources = [...standing(format, join(root, 'fixtures')), ...standing(format, join(root, 'node_modules'))].slice(
    0,
    Math.ceil(count / 4),
  );
  const random = seeded(seed);
  for (let at = 0; sources.length < count; at++) {
    const source = format === 'binary' ? someBytes(random) : generated(format, seed * 1_000_003 + at);
    if (source === undefined) break;
    sources.push(source);
  }
  return sources.map((source) => ({
    source,
    rule: format === 'binary' ? '' : (rules[Math.floor(Math.max(0, random() * 2 - 1) * rules.length)] ?? ''),
  }));
}

function generated(format: FormatName, seed: number): Uint8Array | undefined {
  const text = generators[format]?.(seeded(seed));
  return text === undefined ? undefined : new Uint8Array(Buffer.from(text));
}

const someBytes = (random: Random): Uint8Array =>
  Uint8Array.from({ length: Math.floor(random() ** 3 * 5000) }, () => Math.floor(random() * 256));

/** Documents below a folder, in a fixed order: none that is large, encrypted, or holds a NUL, which ends a document for the oracle. */
function standing(format: FormatName, folder: string): Uint8Array[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && endings[format].test(entry.name),
  );
  const files = entries.map(({ parentPath, name }) => join(parentPath, name)).filter((file) => !/fixtures\/(sops|keys)\//.test(file));
  return files.toSorted().flatMap((file) => {
    const source = readFileSync(file);
    return source.length > 50_000 || source.includes(0) || /sops|ENC\[/.test(source.toString()) ? [] : [new Uint8Array(source)];
  });
}
