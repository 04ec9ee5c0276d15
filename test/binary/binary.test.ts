import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { getNode } from '../../src/document/change.ts';
import { splice } from '../../src/document/splice.ts';
import type { Document, Leaf, Mapping } from '../../src/document/tree.ts';
import { binary } from '../../src/formats/binary/index.ts';
import { lacks, needed } from '../support/peers.ts';

const text = (value: string): Leaf => ({ kind: 'leaf', type: 'str', text: value });
const holding = (key: string, value: Mapping | Leaf): Mapping => ({ kind: 'mapping', items: [{ kind: 'entry', key, value }] });
const record = holding('mac', text('ENC[m]'));

const plain = (bytes: Uint8Array): Document => binary.raw?.parse(bytes) ?? { source: '', branches: [], notes: [] };

function dataOf(document: Document): Leaf {
  const data = getNode(document.branches[0] ?? record, ['data']);
  if (data.kind !== 'leaf') throw new Error('no data');
  return data;
}

/** The file with its data sealed as `sealed`, without metadata; an empty file is not sealed. */
function sealedText(bytes: Uint8Array, sealed: string): string {
  const document = plain(bytes);
  return splice(document.source, bytes.length === 0 ? [] : [binary.seal(document, dataOf(document), text(sealed))]);
}

describe('binary files', () => {
  it('are one leaf of bytes, and come back as they were', () => {
    const bytes = Uint8Array.of(0, 255, 10, 13, 128);
    const document = plain(bytes);
    expect(dataOf(document)).toMatchObject({ type: 'str', text: '', bytes });
    expect(binary.raw?.print(document.branches)).toEqual(bytes);
    expect(binary.raw?.print([holding('data', text('é'))])).toEqual(Uint8Array.of(0xc3, 0xa9));
  });

  it.each([
    ['no document', []],
    ['two documents', [holding('data', text('a')), holding('data', text('b'))]],
    ['no data', [record]],
    ['data that is a mapping', [holding('data', record)]],
    ['data that is a number', [holding('data', { kind: 'leaf', type: 'int', text: '1' })]],
  ] satisfies [string, Mapping[]][])('are not printed from %s', (_what, branches) => {
    expect(() => binary.raw?.print(branches)).toThrow(expect.objectContaining({ code: 'UNPRINTABLE_DOCUMENT' }));
  });

  it('are sealed in an envelope, indented as asked for or as it was before', () => {
    const sealed = sealedText(Uint8Array.of(1), 'ENC[d]');
    expect(binary.attach(sealed, record, {})).toBe('{\n\t"data": "ENC[d]",\n\t"sops": {\n\t\t"mac": "ENC[m]"\n\t}\n}\n');
    const spaced = binary.attach(sealed, record, { indent: 2 });
    expect(spaced).toBe('{\n  "data": "ENC[d]",\n  "sops": {\n    "mac": "ENC[m]"\n  }\n}\n');
    expect(binary.attach(sealed, record, {}, binary.parse(spaced))).toBe(spaced);
    expect(binary.attach(sealedText(new Uint8Array(), ''), record, { indent: 0 })).toBe(
      '{\n"data": "",\n"sops": {\n"mac": "ENC[m]"\n}\n}\n',
    );
  });

  it('give their text where it is put in the place of the envelope', () => {
    for (const source of ['{\n\t"data": "ENC[d]",\n\t"sops": {}\n}\n', '{"sops":{}, "data" : "ENC[d]"}']) {
      const document = binary.parse(source);
      expect(splice(source, [binary.open(document, dataOf(document), text('a "text"\n')), ...binary.detach(document)])).toBe('a "text"\n');
    }
  });

  it('have no values to extract or to set', () => {
    expect(() => binary.printValue(text('a'), {})).toThrow(expect.objectContaining({ code: 'UNPRINTABLE_DOCUMENT' }));
    expect(() => binary.set(plain(Uint8Array.of(1)), ['data'], text('b'))).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  });
});

describe.skipIf(lacks('sops', 'age-keygen'))('binary files that real sops wrote', () => {
  it.each([[-1], [0], [4]])('are written to the byte, indented by %i', (indent) => {
    const folder = mkdtempSync(join(tmpdir(), 'binary-'));
    try {
      const recipient =
        /age1\w+/.exec(execFileSync(needed('age-keygen'), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))?.[0] ?? '';
      writeFileSync(
        join(folder, '.sops.yaml'),
        `creation_rules: [{ age: ${recipient} }]\nstores: { json_binary: { indent: ${indent} } }\n`,
      );
      for (const bytes of [Uint8Array.of(0, 255, 10), new Uint8Array()]) {
        writeFileSync(join(folder, 'file.bin'), bytes);
        const encrypted = execFileSync(needed('sops'), ['encrypt', 'file.bin'], { cwd: folder, encoding: 'utf8' });
        const document = binary.parse(encrypted);
        const metadata = getNode(document.branches[0] ?? record, ['sops']);
        if (metadata.kind !== 'mapping') throw new Error('no metadata');
        expect(binary.attach(sealedText(bytes, dataOf(document).text), metadata, { indent })).toBe(encrypted);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
