import { SopsError } from '../../errors.ts';
import { decodeBech32 } from './bech32.ts';

/** A private key; one of a plugin is known by its spelling only. */
export type Identity = { readonly text: string } & (
  | { readonly kind: 'x25519' | 'hybrid'; readonly secret: Uint8Array }
  | {
      readonly kind: 'plugin';
      /** As its program has it: `age-plugin-NAME`. */
      readonly name: string;
    }
);

/** An identity that needs no plugin. */
export type NativeIdentity = Exclude<Identity, { readonly kind: 'plugin' }>;
/** One that needs one. */
export type PluginIdentity = Extract<Identity, { readonly kind: 'plugin' }>;

const prefixes: Readonly<Record<string, NativeIdentity['kind']>> = {
  'AGE-SECRET-KEY-': 'x25519',
  'AGE-SECRET-KEY-PQ-': 'hybrid',
};

/**
 * Reads identities, one a line; empty lines and those that start with `#` are skipped.
 * @param words whether a line may hold several, as in `SOPS_AGE_KEY`
 * Throws `MALFORMED_KEY`, naming the line, never what it holds.
 */
export function parseIdentities(text: string, words: boolean): readonly Identity[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    return (words ? line.split(/\s+/) : [line]).map((word) => parseIdentity(word, index + 1));
  });
}

function parseIdentity(text: string, line: number): Identity {
  const malformed = (why: string): SopsError => new SopsError('MALFORMED_KEY', `line ${line} is not an age identity: ${why}`);
  if (!text.startsWith('AGE-')) throw malformed(confusion(text) ?? "it does not start with 'AGE-SECRET-KEY-'");
  const decoded = decodeBech32(text);
  if (typeof decoded === 'string') throw malformed(decoded);
  if (decoded.prefix.startsWith('AGE-PLUGIN-')) {
    const [, name] = /^AGE-PLUGIN-([\w+.-]+)-$/.exec(decoded.prefix) ?? [];
    if (name === undefined) throw malformed('the name of its plugin is not possible');
    return { kind: 'plugin', text, name: name.toLowerCase() };
  }
  const kind = prefixes[decoded.prefix];
  if (kind === undefined) throw malformed('its type is not known');
  if (decoded.bytes.length !== 32) throw malformed(`it holds ${decoded.bytes.length} bytes, not 32`);
  return { kind, text, secret: decoded.bytes };
}

/** What is often put there in place of an identity. */
function confusion(text: string): string | undefined {
  if (/^-----BEGIN [A-Z ]*PRIVATE KEY/.test(text)) return 'it is an SSH key, which belongs into SOPS_AGE_SSH_PRIVATE_KEY_FILE';
  return /^(age1|ssh-)/.test(text) ? 'it is a recipient, the public half of a key' : undefined;
}
