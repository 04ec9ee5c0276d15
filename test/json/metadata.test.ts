import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { splice } from '../../src/document/splice.ts';
import type { Entry, Mapping, Node } from '../../src/document/tree.ts';
import { json } from '../../src/formats/json/index.ts';
import { jsonDocument, seeded } from '../support/json-documents.ts';
import { lacks, needed } from '../support/peers.ts';

const document = fc.nat().map((seed) => jsonDocument(seeded(seed)));
const text = (value: string): Node => ({ kind: 'leaf', type: 'str', text: value });
const mapping = (entries: Readonly<Record<string, Node>>): Mapping => ({
  kind: 'mapping',
  items: Object.entries(entries).map(([key, value]): Entry => ({ kind: 'entry', key, value })),
});

const word = fc.stringMatching(/^[a-z0-9=+/]{1,12}$/);
const keys = fc.uniqueArray(fc.record({ enc: word.map((value) => `-----BEGIN\n${value}\n`), recipient: word }), { maxLength: 4 });
/** A record with its entries in order of their names, as they are written. */
const record = fc
  .record(
    {
      age: keys.map((items): Node => ({
        kind: 'sequence',
        items: items.map(({ enc, recipient }) => mapping({ enc: text(enc), recipient: text(recipient) })),
      })),
      key_groups: keys.map((items): Node => ({
        kind: 'sequence',
        items: items.map(({ recipient }) => mapping({ age: { kind: 'sequence', items: [text(recipient)] } })),
      })),
      lastmodified: word.map(text),
      layout: word.map(text),
      mac: word.map((value) => text(`ENC[${value}]`)),
      mac_only_encrypted: fc.boolean().map((value): Node => ({ kind: 'leaf', type: 'bool', text: value ? 'True' : 'False' })),
      shamir_threshold: fc.nat(9).map((value): Node => ({ kind: 'leaf', type: 'int', text: String(value) })),
      version: fc.constant(text('3.13.3')),
    },
    { requiredKeys: ['lastmodified', 'mac', 'version'] },
  )
  .map(mapping);

const detached = (source: string): string => splice(source, json.detach(json.parse(source)));
const recordOf = (source: string): Node | undefined => {
  const entry = json.parse(source).branches[0]?.items.find((item) => item.kind === 'entry' && item.key === 'sops');
  return entry?.kind === 'entry' ? entry.value : undefined;
};

describe('the metadata of a JSON file', () => {
  it('leaves nothing behind where it is taken out again', () => {
    fc.assert(
      fc.property(document, record, fc.integer({ min: -1, max: 4 }), (source, metadata, indent) => {
        expect(detached(json.attach(source, metadata, { indent }))).toBe(source);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    '{}',
    '{ }',
    '{\n}',
    '{\r\n}\r\n',
    '{\r}',
    '{\n\n\t}',
    ' {\n\r} ',
    '{"a":1}',
    '{ "a": 1 }',
    '{\n"a":1\n,\n"b":2}',
    '{"a": {}\n}',
    '{"a":1,\n\n\n\n "b":2}',
  ])('leaves nothing behind in %j', (source) => {
    const attached = json.attach(source, mapping({ mac: text('ENC[x]') }), {});
    expect(attached).toContain('"mac": "ENC[');
    expect(detached(attached)).toBe(source);
  });

  it('reads back as it was put in, behind what was there, with one space before the MAC', () => {
    fc.assert(
      fc.property(document, record, (source, metadata) => {
        const attached = json.attach(source, metadata, {});
        expect(attached).toContain('"mac": "ENC[');
        expect(json.print(json.parse(attached).branches, {})).toBe(
          json.print(
            json.parse(source).branches.map((branch) => mappingWith(branch, metadata)),
            {},
          ),
        );
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['two spaces', '{\n  "a": 1\n}', '{\n  "a": 1,\n  "sops": {\n    "mac": "ENC[x]"\n  }\n}'],
    ['tabs and CRLF', '{\r\n\t"a": 1\r\n}\r\n', '{\r\n\t"a": 1,\r\n\t"sops": {\r\n\t\t"mac": "ENC[x]"\r\n\t}\r\n}\r\n'],
    ['nothing', '{"a":1,"b":2}', '{"a":1,"b":2,"sops": {"mac": "ENC[x]"}}'],
    ['one line with spaces', '{ "a": 1, "b": 2 }', '{ "a": 1, "b": 2, "sops": {"mac": "ENC[x]"} }'],
    ['leading commas', '{ "a": 1\n, "b": 2\n}', '{ "a": 1\n, "b": 2\n, "sops": {\n"mac": "ENC[x]"\n}\n}'],
    ['an empty object', '{}\n', '{\n\t"sops": {\n\t\t"mac": "ENC[x]"\n\t}\n}\n'],
  ])('is written in the style of the document: %s', (_style, source, attached) => {
    expect(json.attach(source, mapping({ mac: text('ENC[x]') }), {})).toBe(attached);
  });

  it('takes the indentation that was asked for where the document shows none', () => {
    const metadata = mapping({ mac: text('ENC[x]') });
    expect(json.attach('{}', metadata, { indent: 2 })).toBe('{\n  "sops": {\n    "mac": "ENC[x]"\n  }\n}');
    expect(json.attach('{}', metadata, { indent: 0 })).toBe('{\n"sops": {\n"mac": "ENC[x]"\n}\n}');
    expect(json.attach('{\n "a": 1\n}', metadata, { indent: 4 })).toBe('{\n "a": 1,\n "sops": {\n  "mac": "ENC[x]"\n }\n}');
  });

  it('drops a byte order mark and what stands behind the object', () => {
    expect(json.attach('\ufeff{"a":1}\n{"b":2}', mapping({ mac: text('ENC[x]') }), {})).toBe('{"a":1,"sops": {"mac": "ENC[x]"}}\n');
    expect(json.parse('{"a":1} x').notes).toHaveLength(1);
  });

  it.each([
    ['first', '{\n  "sops": {},\n  "b": 0\n}', '{\n  "sops": {\n    "mac": "ENC[x]"\n  },\n  "a": 1,\n  "b": 2\n}'],
    ['behind its neighbour', '{\n  "a": 0, "sops": {},\n  "b": 0\n}', '{\n  "a": 1,\n  "sops": {\n    "mac": "ENC[x]"\n  },\n  "b": 2\n}'],
    [
      'last, if its neighbour went',
      '{\n  "c": 0, "sops": {},\n  "b": 0\n}',
      '{\n  "a": 1,\n  "b": 2,\n  "sops": {\n    "mac": "ENC[x]"\n  }\n}',
    ],
    ['last', '{\n  "a": 0,\n  "sops": {}\n}', '{\n  "a": 1,\n  "b": 2,\n  "sops": {\n    "mac": "ENC[x]"\n  }\n}'],
  ])('stays where the file before had it: %s', (_place, previous, attached) => {
    const source = '{\n  "a": 1,\n  "b": 2\n}';
    expect(json.attach(source, mapping({ mac: text('ENC[x]') }), {}, json.parse(previous))).toBe(attached);
    expect(detached(attached)).toBe(source);
  });

  it('changes entry by entry into what a fresh one would be', () => {
    fc.assert(
      fc.property(document, record, record, (source, before, after) => {
        const sealed = json.attach(source, before, {});
        const amended = splice(sealed, json.amend(json.parse(sealed), after));
        expect(amended).toBe(json.attach(source, after, {}));
        expect(json.amend(json.parse(amended), after)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps the bytes of what did not change, however it is laid out', () => {
    const source = '{"a": 1, "sops": {\n "mac" :"ENC[1]", "age": [ {"enc":"1",\n"recipient":"r"}, {"enc": "2"} ],\n  "version": "3"}}';
    const after = mapping({
      age: { kind: 'sequence', items: [mapping({ enc: text('1'), recipient: text('r') }), mapping({ enc: text('3') })] },
      mac: text('ENC[2]'),
      version: text('3'),
    });
    expect(splice(source, json.amend(json.parse(source), after))).toBe(
      '{"a": 1, "sops": {\n "mac" :"ENC[2]", "age": [ {"enc":"1",\n"recipient":"r"}, {"enc": "3"} ],\n  "version": "3"}}',
    );
  });
});

function mappingWith(branch: Mapping, metadata: Mapping): Mapping {
  return { ...branch, items: [...branch.items, { kind: 'entry', key: 'sops', value: metadata }] };
}

describe.skipIf(lacks('sops', 'age-keygen'))('the metadata of files that real sops wrote', () => {
  it('is taken out and put in again to the byte', () => {
    const folder = mkdtempSync(join(tmpdir(), 'json-metadata-'));
    try {
      const recipient =
        /age1\w+/.exec(execFileSync(needed('age-keygen'), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))?.[0] ?? '';
      for (let seed = 0; seed < 20; seed += 1) {
        const file = join(folder, `${seed}.json`);
        const indent = (seed % 5) - 1;
        // Real sops prints the float -0.0 as `-0`, which is an int when it is read again.
        writeFileSync(file, jsonDocument(seeded(seed)).replaceAll('-0', '-1'));
        writeFileSync(join(folder, '.sops.yaml'), `creation_rules: [{ age: ${recipient} }]\nstores: { json: { indent: ${indent} } }\n`);
        const encrypted = execFileSync(needed('sops'), ['encrypt', file], { encoding: 'utf8', cwd: folder });
        const rest = detached(encrypted);
        const metadata = recordOf(encrypted);
        expect(rest).toBe(json.print(json.parse(rest).branches, { indent }));
        if (metadata?.kind !== 'mapping') throw new Error('no metadata');
        expect(json.attach(rest, metadata, { indent })).toBe(encrypted);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
