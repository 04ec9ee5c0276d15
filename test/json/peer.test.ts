import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { additionalData } from '../../src/document/path.ts';
import { walk } from '../../src/document/walk.ts';
import { SopsError } from '../../src/errors.ts';
import { json } from '../../src/formats/json/index.ts';
import { damaged, jsonDocument, seeded } from '../support/json-documents.ts';
import { lacks, needed } from '../support/peers.ts';

/** What real sops sees in a document. */
interface Seen {
  readonly leaves?: readonly { readonly aad: string; readonly type: string; readonly text: string }[];
  readonly print?: string;
  readonly error?: string;
}

const runs = Number(process.env['SOPSMITH_JSON_RUNS'] ?? 3000);
const seed = Number(process.env['SOPSMITH_SEED'] ?? 1);

function askOracle(documents: readonly string[]): readonly Seen[] {
  const { stdout } = spawnSync(needed('oracle'), ['json'], {
    input: documents.map((text) => `${text}\0`).join(''),
    maxBuffer: 2 ** 30,
    encoding: 'utf8',
  });
  const answers = stdout.trimEnd().split('\n');
  expect(answers).toHaveLength(documents.length);
  return answers.map((line): Seen => JSON.parse(line));
}

function look(source: string): Seen {
  try {
    const { branches } = json.parse(source);
    const leaves: { aad: string; type: string; text: string }[] = [];
    for (const branch of branches)
      walk(branch, (item, path) =>
        leaves.push({ aad: additionalData(path), type: item.kind === 'leaf' ? item.type : 'comment', text: item.text }),
      );
    return { ...(leaves.length === 0 ? {} : { leaves }), print: json.print(branches, {}) };
  } catch (error) {
    if (error instanceof SopsError && error.code === 'MALFORMED_DOCUMENT' && error.details.position) return { error: error.message };
    throw error;
  }
}

/** Real sops takes `{"a": 1, "b"` for `{"a": 1}`: what is lost there would be lost for good, so a text that breaks off is refused here. */
function asJudged(ours: Seen, seen: Seen): Seen {
  if (ours.error === undefined) return ours;
  return seen.error === undefined && ours.error.includes('the text ends') ? seen : { error: 'refused' };
}

const documentsFrom = (start: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => jsonDocument(seeded(start + index)));

describe.skipIf(lacks('oracle'))('JSON, beside real sops', () => {
  it(`has the same leaves, types, MAC texts and print for ${runs} documents`, () => {
    const documents = documentsFrom(seed * 1_000_000, runs);
    for (const [index, seen] of askOracle(documents).entries()) {
      const source = documents[index] ?? '';
      expect({ source, ...look(source) }).toEqual({ source, ...seen, error: undefined });
    }
  });

  it(`accepts and refuses the same among ${runs} damaged documents, but for those that break off`, () => {
    const documents = documentsFrom(seed * 2_000_000, runs).map((text, index) => damaged(text, seeded(index)));
    let refused = 0;
    for (const [index, seen] of askOracle(documents).entries()) {
      const source = documents[index] ?? '';
      const ours = look(source);
      if (ours.error !== undefined) refused += 1;
      expect({ source, ...asJudged(ours, seen) }).toEqual({ source, ...(seen.error === undefined ? seen : { error: 'refused' }) });
    }
    expect(refused).toBeGreaterThan(runs / 3);
  });

  it('prints the example of real sops for a new file', () => {
    const [seen] = askOracle([json.example]);
    expect(seen?.print).toBe(json.example);
  });
});
