import { describe, expect, it } from 'vitest';
import { splice } from '../../src/document/splice.ts';
import type { Leaf, Slot } from '../../src/document/tree.ts';
import { SopsError } from '../../src/errors.ts';
import { compose } from '../../src/formats/yaml/compose.ts';
import type { YamlDocument, YamlNode } from '../../src/formats/yaml/node.ts';
import { parseYaml } from '../../src/formats/yaml/tree.ts';
import { seeded } from '../support/random.ts';
import { yamlDocument, yamlSoup } from '../support/yaml-documents.ts';
import { everything, leavesOf, seenOf } from '../support/yaml-seen.ts';

const cases = Number(process.env['YAML_CASES'] ?? 600);
const firstSeed = Number(process.env['YAML_SEED'] ?? 1);

/** The generated texts that are documents. */
function* documents(): Generator<YamlDocument> {
  for (let at = 0; at < cases; at++) {
    const random = seeded(firstSeed * 2_000_003 + at);
    try {
      yield parseYaml(at % 5 === 0 ? yamlSoup(random) : yamlDocument(random));
    } catch (error) {
      if (!(error instanceof SopsError)) throw error;
    }
  }
}

/** Where scalars stand, keys included, with their tags and anchors. */
function scalarSpans(document: YamlDocument): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  const enter = (node: YamlNode): void => {
    if (node.tagSpan !== undefined) spans.push(node.tagSpan);
    if (node.kind === 'scalar') spans.push(node);
    else if (node.kind === 'sequence') node.items.forEach(enter);
    else if (node.kind === 'mapping') for (const { key, value } of node.pairs) [key, value].forEach(enter);
  };
  for (const { root } of document.stream) if (root !== undefined) enter(root);
  return spans;
}

describe('the spans of a YAML document', () => {
  it('has each comment of the text once, seen or unseen', () => {
    for (const document of documents()) {
      const { source } = document;
      const slots = everything(document).comments.flatMap(({ slot }) => (slot === undefined ? [] : [slot]));
      const starts = slots.map(({ start }) => start).toSorted((a, b) => a - b);
      expect(starts, JSON.stringify(source)).toEqual(compose(source).commentLines.map(({ start }) => start));
    }
  });

  it('leaves no # of the text unaccounted for', () => {
    for (const document of documents()) {
      const comments = everything(document).comments.flatMap(({ slot }) => (slot === undefined ? [] : [slot]));
      const spans = [...scalarSpans(document), ...comments.map(({ start, end }) => ({ start: start - 1, end }))];
      for (let at = document.source.indexOf('#'); at >= 0; at = document.source.indexOf('#', at + 1)) {
        const held = spans.some(({ start, end }) => at >= start && at < end);
        expect(held, `# at ${at} of ${JSON.stringify(document.source)}`).toBe(true);
      }
    }
  });

  it('gives comments the text behind # up to the end of the line', () => {
    for (const document of documents()) {
      for (const { text, slot } of everything(document).comments) {
        if (slot === undefined) continue;
        expect(document.source.slice(slot.start - 1, slot.end)).toBe(`#${text}`);
        expect(document.source.charAt(slot.end)).toMatch(/^[\r\n\u0085\u2028\u2029]?$/);
      }
    }
  });

  it('gives each value a slot that a string in quotes can take', () => {
    for (const document of documents()) {
      const leaves = leavesOf(document);
      leaves.forEach((leaf, at) => {
        if (leaf.slot === undefined || leaf.slot.start === leaf.slot.end || at % 3 !== 0) return;
        const changed = splice(document.source, [{ span: leaf.slot, text: replacement(document.source, leaf.slot) }]);
        expect(textsOf(changed), JSON.stringify([document.source, changed])).toEqual(expected(leaves, leaf));
      });
    }
  });

  it('sees the same values when every break is a carriage return and a line feed', () => {
    for (const document of documents()) {
      if (/[\r\u0085\u2028]/.test(document.source)) continue;
      const other = parseYaml(document.source.replaceAll('\n', '\r\n'));
      expect(valuesOf(other), JSON.stringify(document.source)).toEqual(valuesOf(document));
    }
  });
});

const valuesOf = (document: YamlDocument): readonly unknown[] => seenOf(document).filter(({ type }) => type !== 'comment');

/** What stands behind a block scalar's last break stands on a line of its own. */
const replacement = (source: string, { start, end }: Slot): string =>
  `"ENC[x]"${/[\r\n\u0085\u2028]+$/.exec(source.slice(start, end))?.[0] ?? ''}`;

function textsOf(source: string): readonly string[] {
  try {
    return leavesOf(parseYaml(source)).map(({ type, text }) => `${type} ${text}`);
  } catch (error) {
    return [String(error)];
  }
}

const expected = (leaves: readonly Leaf[], changed: Leaf): readonly string[] =>
  leaves.map((leaf) => (leaf === changed ? 'str ENC[x]' : `${leaf.type} ${leaf.text}`));
