// Versions of encrypted files, with one real age identity, and what a merge makes of them.
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { FormatName } from '../../../src/formats/format.ts';
import {
  type Context,
  keySources,
  localKeyService,
  type Merge,
  type MergedFile,
  type Services,
  startMerge,
  type Three,
} from '../../../src/index.ts';
import { createNodeContext } from '../../../src/node/index.ts';
import { formatOf } from '../../interop/library.ts';
import { edit, seal } from '../bench.ts';

const identityFile = fileURLToPath(new URL('../../../fixtures/keys/age.txt', import.meta.url));

export function servicesWith(env: Context['env']): Services {
  const context: Context = { ...createNodeContext(), env };
  return { keys: localKeyService(keySources, context), keySources, context };
}

export const own: Services = servicesWith({ SOPS_AGE_KEY_FILE: identityFile });
export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
export const text = ({ content }: Pick<MergedFile, 'content'>): string => Buffer.from(content).toString();
export const ciphertexts = (sealed: string): readonly string[] =>
  sealed.match(/ENC\[AES256_GCM,[^\]]*type:(?:str|int|float|bool|comment)\]/g) ?? [];
export const recipientsIn = (sealed: string): readonly string[] =>
  [...sealed.matchAll(/recipient: (age1\w+)/g)].map(([, name = '']) => name);
export const labels: Three<string> = { base: 'base', ours: 'HEAD', theirs: 'topic' };

export type Texts = readonly [base: string | undefined, ours: string, theirs: string];

/** Merges three versions of a file. */
export async function starting(name: FormatName, [base, ours, theirs]: Texts, services: Services = own): Promise<Merge> {
  const sources = { base: base === undefined ? undefined : bytes(base), ours: bytes(ours), theirs: bytes(theirs) };
  const merge = await startMerge(sources, formatOf(name), { ignoreMac: false, print: {}, layout: 'auto' }, services);
  if (merge === undefined) throw new Error('nothing is encrypted');
  return merge;
}

export async function merged(name: FormatName, texts: Texts, services: Services = own): Promise<MergedFile> {
  const merge = await starting(name, texts, services);
  expect([...merge.conflicts, ...merge.ruleConflicts]).toEqual([]);
  return merge.settled('ours');
}

/** Encrypts a text and two changes of it, as edits of one file. */
export async function versions(name: FormatName, base: string, ours: string, theirs: string): Promise<readonly [string, string, string]> {
  const sealed = await seal(name, base);
  return [
    sealed,
    ours === base ? sealed : await edit(name, sealed, () => ours),
    theirs === base ? sealed : await edit(name, sealed, () => theirs),
  ];
}
