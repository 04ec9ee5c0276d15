// Generated documents, encrypted and decrypted by this process; real sops's packages judge what they can.
import { describe, expect, it } from 'vitest';
import type { Mapping, Node } from '../../src/document/tree.ts';
import { yaml } from '../../src/formats/yaml/index.ts';
import { type Made, decryptHere, encryptHere } from '../interop/library.ts';
import { type Rule, ask } from '../interop/oracle.ts';
import { lacks } from '../support/peers.ts';
import { seeded } from '../support/random.ts';
import { mutated, yamlDocument, yamlSoup } from '../support/yaml-documents.ts';

const cases = Number(process.env['YAML_CASES'] ?? 600);
const firstSeed = Number(process.env['YAML_SEED'] ?? 1);

const rules: readonly Rule[] = [
  '',
  '',
  '',
  'encrypted_regex=^(k1.|data|a)$',
  'unencrypted_regex=^(k2|k1.)$',
  'encrypted_comment_regex=note',
  'unencrypted_comment_regex=note',
];

interface Case {
  readonly source: string;
  readonly rule: Rule;
}

/** The generated texts that our parser takes. */
function documents(): readonly Case[] {
  return Array.from({ length: cases }, (_, at) => {
    const random = seeded(firstSeed * 3_000_017 + at);
    const kind = at % 10;
    const source = kind === 0 ? yamlSoup(random) : kind === 1 ? mutated(random, yamlDocument(random)) : yamlDocument(random);
    return { source, rule: rules[at % rules.length] ?? '' };
  }).filter(({ source }) => treeOf(source) !== undefined);
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = (made: Made): string => ('content' in made ? Buffer.from(made.content).toString() : made.error);

/** Keys and values, comments left out; a float that real sops prints as an int counts as one, `-0` as `0`. */
function treeOf(source: string): string | undefined {
  try {
    const { branches } = yaml.parse(source);
    return branches.length === 0 ? undefined : JSON.stringify(branches.map(bare));
  } catch {
    return undefined;
  }
}

function bare(node: Mapping | Node): unknown {
  if (node.kind === 'null') return null;
  if (node.kind === 'leaf') return [node.type === 'int' ? 'float' : node.type, node.text === '-0' ? '0' : node.text, ...(node.bytes ?? [])];
  return node.items.flatMap((item) => (item.kind === 'comment' ? [] : [item.kind === 'entry' ? [item.key, bare(item.value)] : bare(item)]));
}

/** Whether real sops itself could not go there and back: its file does not decrypt, or keeps a ciphertext. */
function isBrokenInSops({ source, rule }: Case): boolean {
  const [made] = ask('encrypt', 'yaml', [source], rule);
  if (made?.text === undefined) return true;
  const [opened] = ask('decrypt', 'yaml', [made.text]);
  return opened?.text === undefined || opened.text.includes('ENC[AES256_GCM,');
}

/** Whether an error is no refusal for cause. */
function isWrong(one: Case, { error, bug }: { readonly error: string; readonly bug: boolean }): boolean {
  if (bug) return true;
  return !/^(?:EMPTY_DOCUMENT|ALREADY_ENCRYPTED)/.test(error) && !lacks('oracle') && !isBrokenInSops(one);
}

/** The documents whose ciphertext is not as it should be, or that are not encrypted without cause. */
async function failures(
  documentsToTry: readonly Case[],
  layout: 'auto' | 'never',
  isRight: (one: Case, sealed: string, opened: string) => boolean,
): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const one of documentsToTry) {
    const made = await encryptHere('yaml', bytes(one.source), one.rule, layout);
    const right =
      'error' in made ? !isWrong(one, made) : isRight(one, text(made), text(await decryptHere('yaml', new Uint8Array(made.content))));
    if (!right) failed.push(`${one.rule} ${JSON.stringify(one.source)}`);
  }
  return failed;
}

describe(`${cases} generated documents`, () => {
  it('come back byte for byte', async () => {
    expect(await failures(documents(), 'auto', ({ source }, _, opened) => opened === source)).toEqual([]);
  });

  it('have the same keys and values without a layout entry', async () => {
    expect(await failures(documents(), 'never', ({ source }, _, opened) => treeOf(opened) === treeOf(source))).toEqual([]);
  });

  it('show no comment in their ciphertext, be it one that real sops does not see', async () => {
    // Base64 has no underscore: no ciphertext holds the word by chance.
    const commented = documents().map(({ source }) => ({ source: source.replaceAll(/#( ?)note/g, '#$1n_t_e'), rule: '' }));
    expect(await failures(commented, 'auto', (_, sealed) => !sealed.includes('n_t_e'))).toEqual([]);
  });
});
