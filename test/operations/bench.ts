// The library with one real age identity, so that files can go to real sops and back.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonValue } from '../../src/cli/json-value.ts';
import type { FormatName } from '../../src/formats/format.ts';
import {
  type Context,
  type EditOptions,
  type Formats,
  type Outcome,
  type Services,
  type TreePath,
  decrypt,
  defaultSelection,
  encrypt,
  keySources,
  localKeyService,
  planUpdateKeys,
  set,
  startEdit,
  unset,
} from '../../src/index.ts';
import { encryptInto, type IntoOptions, type Successor } from '../../src/operations/encrypt-into.ts';
import { createNodeContext } from '../../src/node/index.ts';
import { formatOf } from '../interop/library.ts';
import { Folder } from '../support/real-sops.ts';

const identityFile = fileURLToPath(new URL('../../fixtures/keys/age.txt', import.meta.url));

/** Whose identity the tests have. */
export const recipient: string = /age1[a-z0-9]+/.exec(readFileSync(identityFile, 'utf8'))?.[0] ?? '';

const context: Context = { ...createNodeContext(), env: { SOPS_AGE_KEY_FILE: identityFile } };
const services: Services = { keys: localKeyService(keySources, context), keySources, context };

export type Layout = 'auto' | 'never';

const sameFormat = (name: FormatName): Formats => ({ input: formatOf(name), output: formatOf(name), print: {} });
const bytes = (content: string): Uint8Array => new Uint8Array(Buffer.from(content));
const text = (content: Uint8Array): string => Buffer.from(content).toString();
const editing = (layout: Layout): EditOptions => ({ ignoreMac: false, strict: false, showMasterKeys: false, print: {}, layout });

/** What an operation made, as text. */
export interface Made {
  readonly text: string;
  readonly warnings: readonly string[];
}

const made = ({ content, warnings }: Outcome): Made => ({ text: text(content), warnings });

/** Encrypts as ours does, and says what it warned of. */
export async function sealing(name: FormatName, source: string, layout: Layout = 'auto'): Promise<Made> {
  const settings = {
    keyGroups: [[{ kind: 'age', recipient }]],
    shamirThreshold: 0,
    selection: defaultSelection,
    macOnlyEncrypted: false,
    layout,
    strict: false,
  };
  return made(await encrypt(bytes(source), sameFormat(name), settings, services));
}

export const seal = async (name: FormatName, source: string, layout: Layout = 'auto'): Promise<string> =>
  (await sealing(name, source, layout)).text;

export const open = async (name: FormatName, sealed: string): Promise<string> =>
  text((await decrypt(bytes(sealed), sameFormat(name), { ignoreMac: false }, services)).content);

/** The file after an edit of its plaintext. */
export async function edit(name: FormatName, sealed: string, change: (plain: string) => string, layout: Layout = 'auto'): Promise<string> {
  const session = await startEdit(bytes(sealed), formatOf(name), editing(layout), services);
  try {
    return text((await session.finish(bytes(change(text(session.plaintext))))).content);
  } finally {
    session.close();
  }
}

/** A plaintext as the successor of an encrypted file. */
export async function into(name: FormatName, sealed: string, plain: string, more: Partial<IntoOptions> = {}): Promise<Successor & Made> {
  const options = { formats: sameFormat(name), layout: 'auto', strict: false, ...more } as const;
  const successor = await encryptInto(bytes(plain), bytes(sealed), options, services);
  return { ...successor, text: text(successor.content) };
}

/** The file after one value was set, given as JSON. */
export async function setting(name: FormatName, sealed: string, path: TreePath, json: string): Promise<string> {
  const options = { ignoreMac: false, print: {}, layout: 'auto' } as const;
  return text((await set(bytes(sealed), formatOf(name), { path, value: jsonValue(json), options }, services)).content);
}

export async function unsetting(name: FormatName, sealed: string, path: TreePath): Promise<string> {
  const options = { ignoreMac: false, print: {}, layout: 'auto' } as const;
  return text((await unset(bytes(sealed), formatOf(name), { path, options }, services)).content);
}

/** The file for these age recipients instead. */
export async function forRecipients(name: FormatName, sealed: string, ...wanted: readonly string[]): Promise<string> {
  const keyGroups = [wanted.map((one) => ({ kind: 'age', recipient: one }))];
  const plan = await planUpdateKeys(bytes(sealed), formatOf(name), { keyGroups, shamirThreshold: 0 }, services);
  return text((await plan.apply()).content);
}

const endings: Record<FormatName, string> = { yaml: 'yaml', json: 'json', dotenv: 'env', ini: 'ini', binary: 'bin' };

/** Real sops, with the same identity, on one file at a time. */
export class RealSops {
  readonly #folder = new Folder();

  constructor() {
    this.#folder.write('.config/sops/age/keys.txt', readFileSync(identityFile, 'utf8'));
  }

  encrypt(name: FormatName, source: string, ...flags: readonly string[]): string {
    return this.#run(name, source, [...flags, 'encrypt', '--age', recipient]);
  }

  decrypt(name: FormatName, sealed: string): string {
    return this.#run(name, sealed, ['decrypt']);
  }

  /** The file after a command that works in place. */
  change(name: FormatName, sealed: string, command: readonly string[], behind: readonly string[] = []): string {
    const file = `file.${endings[name]}`;
    this.#run(name, sealed, command, behind);
    return readFileSync(join(this.#folder.path, file), 'utf8');
  }

  config(wanted: readonly string[]): void {
    this.#folder.write('.sops.yaml', JSON.stringify({ creation_rules: [{ age: wanted.join(',') }] }));
  }

  remove(): void {
    this.#folder.remove();
  }

  #run(name: FormatName, content: string, command: readonly string[], behind: readonly string[] = []): string {
    const file = `file.${endings[name]}`;
    this.#folder.write(file, content);
    const { status, stdout, stderr } = this.#folder.sops(...command, file, ...behind);
    if (status !== 0) throw new Error(`sops ${command.join(' ')} ended with ${String(status)}: ${stderr}`);
    return stdout;
  }
}
