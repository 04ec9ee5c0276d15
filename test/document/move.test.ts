// Moving in the text against moving in the tree, over generated documents of every format.
import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { child, moveNode, sameValues } from '../../src/document/change.ts';
import type { TreePath } from '../../src/document/path.ts';
import { splice } from '../../src/document/splice.ts';
import type { Document, Mapping, Node } from '../../src/document/tree.ts';
import { SopsError } from '../../src/errors.ts';
import { dotenv } from '../../src/formats/dotenv/index.ts';
import type { Format } from '../../src/formats/format.ts';
import { ini } from '../../src/formats/ini/index.ts';
import { json } from '../../src/formats/json/index.ts';
import { yaml } from '../../src/formats/yaml/index.ts';
import { dotenvDocument } from '../support/dotenv-documents.ts';
import { iniDocument } from '../support/ini-documents.ts';
import { jsonDocument } from '../support/json-documents.ts';
import { type Random, seeded } from '../support/random.ts';
import { yamlDocument } from '../support/yaml-documents.ts';

interface Made {
  readonly format: Format;
  readonly generate: (random: Random) => string;
  /** Out of a hundred moves, how many must be made in the text. */
  readonly least: number;
}

const all: readonly Made[] = [
  { format: yaml, generate: yamlDocument, least: 75 },
  { format: json, generate: jsonDocument, least: 30 },
  { format: ini, generate: iniDocument, least: 50 },
  { format: dotenv, generate: dotenvDocument, least: 99 },
];

/** Undefined for what `make` refuses. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof SopsError) return undefined;
    throw error;
  }
}

/** Paths of entries that lead there: of two keys of one name, the first alone. */
function keysIn(node: Node, path: TreePath = []): readonly TreePath[] {
  if (node.kind !== 'mapping') return [];
  return node.items.flatMap((item) => {
    if (item.kind !== 'entry' || child(node, item.key) !== item.value) return [];
    return [[...path, item.key], ...keysIn(item.value, [...path, item.key])];
  });
}

const topOf = ({ branches }: Document): Mapping => branches[0] ?? { kind: 'mapping', items: [] };

/** Beside its siblings, at the top, under another key, or under keys that are not there, as far as a format has such places. */
function destination(format: Format, keys: readonly TreePath[], from: TreePath, random: Random): TreePath {
  const one = (places: readonly TreePath[]): TreePath => places[Math.floor(random() * places.length)] ?? ['moved'];
  const beside: TreePath = [...from.slice(0, -1), 'moved'];
  const other = one(keys);
  if (format.shape === 'prefixed' || (format.shape === 'section' && from.length === 1)) return beside;
  if (format.shape === 'section') return one([beside, [...other.slice(0, 1), 'moved'], ['new', 'moved']]);
  return one([beside, ['moved'], [...other, 'moved'], [...other.slice(0, -1), 'new', 'moved'], ['new', 'moved']]);
}

/** The lines of all comments. */
const commentsIn = (node: Node): readonly string[] =>
  node.kind !== 'mapping' && node.kind !== 'sequence'
    ? []
    : node.items.flatMap((item) =>
        item.kind === 'comment'
          ? item.text.split(/\r?\n/).map((line) => line.trim())
          : commentsIn(item.kind === 'entry' ? item.value : item),
      );

describe.each(all)('moving in $format.name', ({ format, generate, least }) => {
  it('says what is meant, and loses no comment', () => {
    const came = { tried: 0, made: 0 };
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = seeded(seed);
        const document = attempt(() => format.parse(generate(random)));
        const keys = document === undefined ? [] : keysIn(topOf(document));
        const from = keys[Math.floor(random() * keys.length)];
        if (document === undefined || from === undefined) return;
        const to = destination(format, keys, from, random);
        const wanted = attempt(() => moveNode(topOf(document), from, to));
        if (wanted === undefined) return;
        came.tried += 1;
        const moved = attempt(() => format.parse(splice(document.source, format.move?.(document, from, to) ?? [])));
        if (moved === undefined || !sameValues(moved.branches.slice(0, 1), [wanted])) return;
        came.made += 1;
        const lost = commentsIn(topOf(document)).filter((line) => !moved.source.includes(line));
        expect(lost, `${JSON.stringify(from)} to ${JSON.stringify(to)} in ${JSON.stringify(document.source)}`).toEqual([]);
      }),
      { numRuns: 600 },
    );
    expect(came.made * 100).toBeGreaterThan(came.tried * least);
  });
});
