import { listed, textField, textItem } from '../fields.ts';
import { defineKeySource, type KeySource } from '../keysource.ts';
import { pgpKey, type PgpKey } from './fingerprint.ts';

/** PGP keys, in a keyring of gpg or given as armored text. */
export const pgp: KeySource = defineKeySource<PgpKey>({
  kind: 'pgp',
  list: 'pgp',
  dated: true,
  local: true,
  flag: { name: 'pgp', short: 'p', env: 'SOPS_PGP_FP', help: 'comma separated list of PGP fingerprints' },
  spelling: { pattern: /^(?:0x)?[0-9A-Fa-f ]{16,}$/, like: '0123456789ABCDEF0123456789ABCDEF01234567' },
  config: { rule: 'pgp', group: 'pgp', item: { text: true } },
  parse: (text) => listed(text).map(pgpKey),
  fromGroup: (item) => [pgpKey(textItem(item, 'pgp'))],
  fromFields: (fields) => ({ kind: 'pgp', fingerprint: textField(fields, 'fp', 'pgp') }),
  toFields: ({ fingerprint }) => ({ fp: fingerprint }),
  describe: ({ fingerprint }) => fingerprint,
  load: async () => (await import('./client.ts')).client,
});
