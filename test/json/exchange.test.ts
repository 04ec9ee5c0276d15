import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nonceLength, openPayload, sealPayload } from '../../src/crypto/value.ts';
import { Mac } from '../../src/crypto/mac.ts';
import { getNode } from '../../src/document/change.ts';
import { additionalData } from '../../src/document/path.ts';
import { canonicalText, isScalarType } from '../../src/document/scalar.ts';
import { splice, type Edit } from '../../src/document/splice.ts';
import type { Entry, Leaf, Mapping, Node } from '../../src/document/tree.ts';
import { walk } from '../../src/document/walk.ts';
import { json } from '../../src/formats/json/index.ts';
import { ask } from '../interop/oracle.ts';
import { jsonDocument, seeded } from '../support/json-documents.ts';
import { lacks } from '../support/peers.ts';

const runs = Number(process.env['SOPSMITH_JSON_RUNS'] ?? 2000);
const dataKey = Uint8Array.from(randomBytes(32));
const lastModified = '2024-01-02T03:04:05Z';

const seal = (type: string, text: string, under: string): string =>
  sealPayload(dataKey, Uint8Array.from(randomBytes(nonceLength)), { type, bytes: new TextEncoder().encode(text) }, under);

const mapping = (entries: Readonly<Record<string, string | Node>>): Mapping => ({
  kind: 'mapping',
  items: Object.entries(entries).map(([key, value]): Entry => ({
    kind: 'entry',
    key,
    value: typeof value === 'string' ? { kind: 'leaf', type: 'str', text: value } : value,
  })),
});

/** The leaves of a document but for the metadata, each with its additional data. */
function leavesOf(source: string): readonly { readonly leaf: Leaf; readonly under: string }[] {
  const leaves: { leaf: Leaf; under: string }[] = [];
  for (const { items } of json.parse(source).branches) {
    walk({ kind: 'mapping', items: items.filter((item) => item.kind !== 'entry' || item.key !== 'sops') }, (leaf, path) => {
      if (leaf.kind === 'leaf') leaves.push({ leaf, under: additionalData(path) });
    });
  }
  return leaves;
}

/** Every value sealed, each number as it is spelled, with metadata that holds the data key as the oracle wants it. */
function encrypt(source: string): string {
  const document = json.parse(source);
  const mac = new Mac(false);
  const edits: Edit[] = [];
  for (const { leaf, under } of leavesOf(source)) {
    mac.add(leaf.text);
    if (leaf.text !== '')
      edits.push(json.seal(document, leaf, { kind: 'leaf', type: 'str', text: seal(leaf.type, leaf.spelling ?? leaf.text, under) }));
  }
  const holder = mapping({
    enc: Buffer.from(dataKey).toString('base64'),
    recipient: 'age1h3rysvxd7vd5zk6detaxdasmu0mh8zt6ulj9ctsqsyk9sk7z093srh9z4u',
  });
  const record = mapping({
    age: { kind: 'sequence', items: [holder] },
    lastmodified: lastModified,
    mac: seal('str', mac.digest(), lastModified),
    encrypted_regex: '',
    version: '3.13.3',
  });
  return json.attach(splice(source, edits), record, {});
}

/** The reverse, with the data key that stands in the metadata. */
function decrypt(encrypted: string): string {
  const document = json.parse(encrypted);
  const top = document.branches[0] ?? mapping({});
  const enc = getNode(top, ['sops', 'age', 0, 'enc']);
  const key = enc.kind === 'leaf' ? Uint8Array.from(Buffer.from(enc.text, 'base64')) : dataKey;
  const edits: Edit[] = [];
  for (const { leaf, under } of leavesOf(encrypted)) {
    const opening = openPayload(key, leaf.text, under);
    if (!('payload' in opening) || !isScalarType(opening.payload.type)) continue;
    const { type, bytes } = opening.payload;
    const spelling = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    const text = canonicalText(type, spelling) ?? spelling;
    edits.push(json.open(document, leaf, { kind: 'leaf', type, text, ...(text === spelling ? {} : { spelling }) }));
  }
  return splice(encrypted, [...edits, ...json.detach(document)]);
}

/** Escapes that real sops spells in another way, which the layout entry brings back; not of interest here. */
const printed = (source: string): string => json.print(json.parse(source).branches, {});

const documents = Array.from({ length: runs }, (_, index) => jsonDocument(seeded(9_000_000 + index)).replaceAll('_unencrypted', ''));

describe.skipIf(lacks('oracle'))('JSON, exchanged with real sops', () => {
  it('is decrypted by real sops as it would have been printed, its MAC intact', () => {
    const answers = ask('decrypt', 'json', documents.map(encrypt));
    for (const [index, { text, error }] of answers.entries()) {
      const source = documents[index] ?? '';
      expect({ source, text, error }).toEqual({ source, text: printed(source), error: undefined });
    }
  });

  it('is decrypted from what real sops encrypted to what real sops would have decrypted', () => {
    const encrypted = ask('encrypt', 'json', documents).map(({ text }) => text ?? '');
    expect(encrypted.map(decrypt)).toEqual(ask('decrypt', 'json', encrypted).map(({ text }) => text));
  });

  it('comes back byte for byte where no string needs an escape that real sops would not print', () => {
    const plain = documents.filter((source) => !/[\\<>&\u2028\u2029]/.test(source));
    expect(plain.length).toBeGreaterThan(runs / 30);
    expect(plain.map(encrypt).map(decrypt).map(spelled)).toEqual(plain.map(spelled));
  });
});

/** Floats that are spelled as their canonical text is, where Go prints an exponent. */
const spelled = (source: string): string => source.replaceAll('0.0000001', '1e-7').replaceAll('100000000000000000000000', '1e+23');
