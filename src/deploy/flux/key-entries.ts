import { fromBase64, fromUtf8, utf8 } from '../../crypto/bytes.ts';
import type { Mapping } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { formatCalled } from './told-format.ts';
import { at, entriesIn, manifestName, textIn } from './tree-nodes.ts';

/** The entries of the Secret that `spec.decryption.secretRef` names, by name. */
export type KeyData = ReadonlyMap<string, Uint8Array>;

/**
 * Reads the entries of a Secret in a manifest, in `data` and `stringData`, which wins as in the cluster; other documents of the stream are passed over.
 * Throws `MALFORMED_DOCUMENT`, `MALFORMED_KEY` where there is no Secret, or several, or it is encrypted.
 * @param name of the Secret, where there are several
 */
export function keysInManifest(content: Uint8Array, file: string, name?: string): KeyData {
  const text = fromUtf8(content);
  if (text === undefined) throw new SopsError('MALFORMED_DOCUMENT', 'the manifest of the keys is not UTF-8', { file });
  const secrets = branchesOf(text, file).filter(
    (branch) => manifestName(branch).kind === 'Secret' && (name === undefined || manifestName(branch).name === name),
  );
  const [secret, second] = secrets;
  if (secret === undefined)
    throw new SopsError('MALFORMED_KEY', `there is no Secret${name === undefined ? '' : ` called ${name}`} in the file`, { file });
  if (second !== undefined)
    throw new SopsError('MALFORMED_KEY', 'there are several Secrets in the file', { file, hint: 'name one of them with --secret' });
  if (at(secret, 'sops') !== undefined)
    throw new SopsError('MALFORMED_KEY', 'the Secret of the keys is encrypted itself', {
      file,
      hint: `decrypt it first: --keys <(sopsmith decrypt ${file})`,
    });
  return entriesOfSecret(secret, file);
}

/** The message of the parser may quote the text, which holds keys: only the place is told. */
function branchesOf(text: string, file: string): readonly Mapping[] {
  try {
    return formatCalled('yaml').parse(text).branches;
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    const { position } = error.details;
    throw new SopsError('MALFORMED_DOCUMENT', 'the manifest of the keys is not YAML', {
      file,
      ...(position === undefined ? {} : { position }),
    });
  }
}

function entriesOfSecret(secret: Mapping, file: string): KeyData {
  const entries = new Map<string, Uint8Array>();
  for (const { key, value } of entriesIn(at(secret, 'data'))) {
    const bytes = fromBase64(textIn(value).replaceAll(/[\r\n]/g, ''));
    if (bytes === undefined)
      throw new SopsError('MALFORMED_KEY', `entry ${key} of the Secret is not base64`, {
        file,
        hint: 'write it under stringData, or encode it',
      });
    entries.set(key, bytes);
  }
  for (const { key, value } of entriesIn(at(secret, 'stringData'))) entries.set(key, utf8(textIn(value)));
  return entries;
}

/** The kinds of master key that an entry opens; undefined for those that Flux passes over without a word. */
export function kindOfEntry(name: string): string | undefined {
  if (name.endsWith('.agekey')) return 'age';
  if (name.endsWith('.asc')) return 'pgp';
  return Object.hasOwn(exactNames, name) ? exactNames[name] : undefined;
}

const exactNames: Readonly<Record<string, string>> = {
  'sops.vault-token': 'hc_vault',
  'sops.aws-kms': 'kms',
  'sops.azure-kv': 'azure_kv',
  'sops.gcp-kms': 'gcp_kms',
};

/** What an entry for a kind of master key is called. */
export const entryNameFor = (kind: string): string | undefined =>
  kind === 'age' ? '*.agekey' : kind === 'pgp' ? '*.asc' : Object.keys(exactNames).find((name) => exactNames[name] === kind);
