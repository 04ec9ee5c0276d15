import { listed, textField, textItem } from '../fields.ts';
import { defineKeySource, type KeySource } from '../keysource.ts';
import { ageKey, type AgeKey, showRecipient } from './recipient.ts';

/** age recipients: `age1…`, `age1pq1…`. */
export const age: KeySource = defineKeySource<AgeKey>({
  kind: 'age',
  list: 'age',
  dated: false,
  local: true,
  flag: { name: 'age', short: 'a', env: 'SOPS_AGE_RECIPIENTS', help: 'comma separated list of age recipients' },
  config: { rule: 'age', group: 'age', item: { text: true } },
  parse: (text) => listed(text).map(ageKey),
  fromGroup: (item) => listed(textItem(item, 'age')).map(ageKey),
  fromFields: (fields) => ({ kind: 'age', recipient: textField(fields, 'recipient', 'age') }),
  toFields: ({ recipient }) => ({ recipient }),
  describe: ({ recipient }) => showRecipient(recipient),
  load: async () => (await import('./client.ts')).client,
});
