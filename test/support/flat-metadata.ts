import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { splice } from '../../src/document/splice.ts';
import type { Document, Mapping } from '../../src/document/tree.ts';
import type { Format } from '../../src/formats/format.ts';
import { failures, parsable, recordOf, runs } from './flat-format.ts';
import type { FlatFormat } from './flat-format.ts';
import { sealAll } from './round-trip.ts';

/** How metadata goes in, changes and comes out. */
export function metadata(flat: FlatFormat): void {
  const { format } = flat;
  const first = recordOf(format);

  it(`goes in and comes out of ${runs} documents without a trace`, () => {
    const sealed = parsable(flat, 7).map((source) => sealAll(format, source).sealed);
    expect(failures(sealed, (text) => detached(format, format.attach(text, first, {})) === text)).toEqual([]);
    expect(failures(sealed, (text) => isDeepStrictEqual(recordIn(format.parse(format.attach(text, first, {}))), pairs(first)))).toEqual([]);
  });

  it('goes where it was, whatever became of the document, and comes out', () => {
    const sealed = parsable(flat, 8).map((source) => sealAll(format, source).sealed);
    const moved = sealed.map((text, at) => metadataFirst(format, sealed[at - 1] ?? text));
    expect(
      failures(sealed, (text, at) => detached(format, format.attach(text, first, {}, format.parse(moved[at] ?? ''))) === text),
    ).toEqual([]);
    const kept = sealed.map((text) => metadataFirst(format, text));
    expect(failures(sealed, (text, at) => format.attach(text, first, {}, format.parse(kept[at] ?? '')) === kept[at])).toEqual([]);
  });

  it('keeps every line that says the same when it changes', () => {
    const encrypted = parsable(flat, 9).map((source) => format.attach(sealAll(format, source).sealed, first, {}));
    const changed = recordOf(format, { lastmodified: '2025-05-05T05:05:05Z', mac_only_encrypted: 'true', age__list_1__map_enc: 'a\nb\n' });
    const shorter: Mapping = {
      kind: 'mapping',
      items: changed.items.filter((item) => item.kind === 'entry' && !item.key.includes('list_0')),
    };
    expect(failures(encrypted, (text) => format.amend(format.parse(text), first).length === 0)).toEqual([]);
    for (const wanted of [changed, shorter]) {
      expect(failures(encrypted, (text) => amendsTo(format, text, wanted))).toEqual([]);
    }
  });
}

const detached = (format: Format, text: string): string => splice(text, format.detach(format.parse(text)));

/** The metadata says what is wanted, and what stands around it stays as it is. */
function amendsTo(format: Format, text: string, wanted: Mapping): boolean {
  const amended = splice(text, format.amend(format.parse(text), wanted));
  const lines = new Set(text.split('\n'));
  const fresh = amended.split('\n').filter((line) => !lines.has(line));
  return (
    isDeepStrictEqual(new Map(recordIn(format.parse(amended))), new Map(pairs(wanted))) &&
    detached(format, amended) === detached(format, text) &&
    fresh.length <= 4
  );
}

/** The sealed text with metadata at its start. */
function metadataFirst(format: Format, sealed: string): string {
  const alone = format.attach('', recordOf(format), {});
  const start = sealed.startsWith('\uFEFF') ? '\uFEFF' : '';
  const rest = sealed.slice(start.length);
  if (rest === '') return start === '' ? alone : format.attach(sealed, recordOf(format), {});
  if (format.shape === 'prefixed') return `${start}${alone}\n${rest}`;
  return format.attach(sealed, recordOf(format), {});
}

const pairs = ({ items }: Mapping): readonly (readonly [string, string])[] =>
  items.flatMap((item) => (item.kind === 'entry' && item.value.kind === 'leaf' ? [[item.key, item.value.text] as const] : []));

function recordIn({ branches: [branch] }: Document): readonly (readonly [string, string])[] {
  if (branch === undefined) return [];
  const section = branch.items.find((item) => item.kind === 'entry' && item.key === 'sops');
  if (section?.kind === 'entry' && section.value.kind === 'mapping') return pairs(section.value);
  return pairs(branch).filter(([key]) => key.startsWith('sops_'));
}
