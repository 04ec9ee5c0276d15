// Encrypts and decrypts in this process as test/interop does: the data key itself stands where a wrapped key would, so that the oracle can read the files as well.
import { SopsError } from '../../src/errors.ts';
import type { Format, FormatName } from '../../src/formats/format.ts';
import { type EditSession, type Selection, decrypt, defaultSelection, encrypt, startEdit } from '../../src/index.ts';
import { formatOf, nobody, services } from '../interop/library.ts';

/** The selection and MAC that a file is encrypted with. */
export interface Setup {
  readonly name: string;
  readonly selection: Selection;
  readonly macOnlyEncrypted: boolean;
}

/** What every format is tried with. */
export const setups: readonly Setup[] = [
  { name: 'the default selection', selection: defaultSelection, macOnlyEncrypted: false },
  {
    name: 'encrypted_regex',
    selection: { by: 'encrypted_regex', pattern: '^(password|list|deep|data)$' },
    macOnlyEncrypted: false,
  },
  { name: 'mac_only_encrypted', selection: defaultSelection, macOnlyEncrypted: true },
];

const masterKey = { kind: 'age', recipient: nobody };

/** Encrypts a text; without the layout entry, unless asked for. */
export async function seal(
  name: FormatName,
  source: string,
  setup: Setup | undefined,
  layout: 'auto' | 'never' = 'never',
): Promise<string> {
  const format = formatOf(name);
  const { selection, macOnlyEncrypted } = setup ?? { selection: defaultSelection, macOnlyEncrypted: false };
  const settings = { keyGroups: [[masterKey]], shamirThreshold: 0, selection, macOnlyEncrypted, layout, strict: false };
  const { content } = await encrypt(bytes(source), { input: format, output: format, print: {} }, settings, services);
  return text(content);
}

/** What became of an attempt to decrypt. */
export type Attempt = { readonly text: string } | { readonly error: SopsError };

/** Decrypts a text. Errors that are not `SopsError`s are bugs and pass through. */
export async function open(name: FormatName, sealed: string | Uint8Array, ignoreMac = false): Promise<Attempt> {
  const format = formatOf(name);
  const source = typeof sealed === 'string' ? bytes(sealed) : sealed;
  try {
    return { text: text((await decrypt(source, sameFormat(format), { ignoreMac }, services)).content) };
  } catch (error) {
    if (error instanceof SopsError) return { error };
    throw error;
  }
}

/** The same file with another content, under the same data key. */
export async function edit(name: FormatName, sealed: string, change: (plain: string) => string): Promise<string> {
  const session = await editing(name, sealed);
  try {
    return text((await session.finish(bytes(change(text(session.plaintext))))).content);
  } finally {
    session.close();
  }
}

const editing = (name: FormatName, sealed: string): Promise<EditSession> =>
  startEdit(bytes(sealed), formatOf(name), { ignoreMac: false, strict: false, showMasterKeys: false, print: {}, layout: 'auto' }, services);

const sameFormat = (format: Format): { input: Format; output: Format; print: object } => ({ input: format, output: format, print: {} });

export const bytes = (content: string): Uint8Array => new Uint8Array(Buffer.from(content));
export const text = (content: Uint8Array): string => Buffer.from(content).toString();
