import { fromUtf8, utf8, wipe } from '../../crypto/bytes.ts';
import type { Mapping } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { formatByEnding } from '../../formats/told.ts';
import { decrypt } from '../../operations/decrypt.ts';
import { settleAll } from '../../operations/lanes.ts';
import type { Services } from '../../operations/operation.ts';
import { formatCalled } from '../flux/told-format.ts';
import { forKustomize } from './for-kustomize.ts';
import { type Generator, readGenerator, type WantedSecret } from './generator.ts';
import { readGoDotenv } from './go-dotenv.ts';
import { secretManifest } from './secret.ts';

/** How many files are decrypted side by side. */
const lanes = 20;

/** What generating works with. */
export interface GenerateOptions {
  readonly services: Services;
  /** Told of each file before anything of it is given out. */
  readonly opened: (path: string) => Promise<void>;
}

/**
 * The manifests that a generator manifest of `ksops` asks for, in its order (`ksops.go`, generate). All files are decrypted side by side, each once; the format of each is that of its name. Every MAC is checked.
 * Throws the first failure in the order of the files, with the file and without a value: `INPUT_UNREADABLE`, `MALFORMED_DOCUMENT`, and what decryption throws.
 */
export async function generate(manifest: Mapping, options: GenerateOptions): Promise<readonly Mapping[]> {
  const generator = readGenerator(manifest);
  const paths = pathsOf(generator);
  const results = await settleAll(
    paths.map((path) => async () => decryptFile(path, options)),
    lanes,
    options.services.context.signal,
  );
  const plain = new Map<string, Uint8Array>();
  for (const [at, result] of results.entries()) if (result.status === 'fulfilled') plain.set(paths[at] ?? '', result.value);
  try {
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    const contentOf = (path: string): Uint8Array => plain.get(path) ?? new Uint8Array();
    return [
      ...generator.files.flatMap((path) => named(path, () => manifestsIn(contentOf(path), path).map(forKustomize))),
      ...generator.secrets.map((secret) => forKustomize(secretOf(secret, contentOf))),
    ];
  } finally {
    for (const content of plain.values()) wipe(content);
  }
}

const pathsOf = ({ files, secrets }: Generator): readonly string[] => [
  ...new Set([
    ...files,
    ...secrets.flatMap((secret) => [...[...secret.files, ...secret.binaryFiles].map((word) => keyAndPath(word).path), ...secret.envs]),
  ]),
];

async function decryptFile(path: string, { services, opened }: GenerateOptions): Promise<Uint8Array> {
  return inFile(path, async () => {
    const sealed = await services.context.files.read(path);
    if (sealed === undefined) throw new SopsError('INPUT_UNREADABLE', 'there is no such file');
    const format = formatByEnding(path) ?? formatCalled('binary');
    const { content } = await decrypt(sealed, { input: format, output: format, print: {} }, { ignoreMac: false }, services);
    await opened(path);
    return content;
  });
}

/** The documents of a decrypted file, without those that are empty. */
export function manifestsIn(content: Uint8Array, path: string): readonly Mapping[] {
  return named(path, () => {
    const text = textOf(content);
    try {
      const { branches } = formatCalled(path.endsWith('.json') ? 'json' : 'yaml').parse(text);
      return branches.filter(({ items }) => items.some(({ kind }) => kind === 'entry'));
    } catch (error) {
      if (error instanceof SopsError && error.code === 'EMPTY_DOCUMENT') return [];
      throw error;
    }
  });
}

function secretOf(secret: WantedSecret, contentOf: (path: string) => Uint8Array): Mapping {
  const values = new Map<string, { readonly bytes: Uint8Array; readonly binary: boolean }>();
  for (const binary of [false, true])
    for (const word of binary ? secret.binaryFiles : secret.files) {
      const { key, path } = keyAndPath(word);
      values.set(key, { bytes: contentOf(path), binary });
    }
  for (const path of secret.envs)
    named(path, () => {
      for (const [key, text] of readGoDotenv(textOf(contentOf(path)))) values.set(key, { bytes: utf8(text), binary: false });
    });
  return secretManifest(secret, values);
}

/** `key=path`, or a path, whose last part is the key. Throws `MALFORMED_DOCUMENT`. */
function keyAndPath(word: string): { readonly key: string; readonly path: string } {
  const [first = '', second, third] = word.split('=');
  if (third !== undefined || first === '' || second === '')
    throw new SopsError('MALFORMED_DOCUMENT', 'a file is named as path or as key=path', { path: 'secretFrom' });
  return second === undefined ? { key: first.split('/').at(-1) ?? first, path: first } : { key: first, path: second };
}

function textOf(content: Uint8Array): string {
  const text = fromUtf8(content);
  if (text === undefined) throw new SopsError('MALFORMED_DOCUMENT', 'the decrypted file is not UTF-8');
  return text;
}

function named<T>(file: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw withFile(error, file);
  }
}

async function inFile<T>(file: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw withFile(error, file);
  }
}

const withFile = (error: unknown, file: string): unknown =>
  error instanceof SopsError && error.details.file === undefined
    ? new SopsError(error.code, error.message, { ...error.details, file, cause: error.cause })
    : error;
