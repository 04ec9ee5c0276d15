// encryptInto in this process, with a key service that needs no identity.
import { walk } from '../../src/document/walk.ts';
import type { FormatName } from '../../src/formats/format.ts';
import { decrypt, defaultSelection, encrypt } from '../../src/index.ts';
import { encryptInto, type IntoOptions, type Successor } from '../../src/operations/encrypt-into.ts';
import { readSealed } from '../../src/operations/open-file.ts';
import type { EncryptionSettings, Formats, Services } from '../../src/operations/operation.ts';
import { formatOf, services } from '../interop/library.ts';
import { recipients } from '../support/real-sops.ts';

const [recipient] = recipients;
const first = { kind: 'age', recipient };
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = (content: Uint8Array): string => Buffer.from(content).toString();
const both = (name: FormatName): Formats => ({ input: formatOf(name), output: formatOf(name), print: {} });

const settings: EncryptionSettings = {
  keyGroups: [[first]],
  shamirThreshold: 0,
  selection: defaultSelection,
  macOnlyEncrypted: false,
  layout: 'auto',
  strict: false,
};

export const sealedHere = async (name: FormatName, source: string, more: Partial<EncryptionSettings> = {}): Promise<string> =>
  text((await encrypt(bytes(source), both(name), { ...settings, ...more }, services)).content);
export const openHere = async (name: FormatName, sealed: string): Promise<string> =>
  text((await decrypt(bytes(sealed), both(name), { ignoreMac: false }, services)).content);
export async function intoHere(
  name: FormatName,
  plain: string,
  previous: string,
  { using = services, ...more }: Partial<IntoOptions> & { readonly using?: Services } = {},
): Promise<Successor & { readonly sealed: string }> {
  const options = { formats: both(name), layout: 'auto', strict: false, ...more } as const;
  const made = await encryptInto(bytes(plain), bytes(previous), options, using);
  return { ...made, sealed: text(made.content) };
}

/** The ciphertexts of a file but for those of its metadata, in order. */
export function ciphertextsOf(name: FormatName, sealed: string): readonly string[] {
  const found: string[] = [];
  const { branches } = readSealed(bytes(sealed), formatOf(name), services);
  for (const branch of branches) walk(branch, ({ text: one }) => void (one.startsWith('ENC[AES256_GCM,') && found.push(one.trimEnd())));
  return found;
}
