import { defineKeySource, type KeySource, type MasterKey, SopsError } from '../../src/index.ts';

/** A master key that is a word. */
interface ToyKey extends MasterKey {
  readonly kind: 'toy';
  readonly word: string;
}

const toyKey = (text: string): ToyKey => {
  if (!/^[a-z]+$/.test(text)) throw new SopsError('MALFORMED_KEY', `'${text}' is no word`);
  return { kind: 'toy', word: text };
};

/** Hides a data key behind a word, which is no protection at all. */
const mask = (bytes: Uint8Array, word: string): Uint8Array => bytes.map((byte, at) => byte ^ (word.codePointAt(at % word.length) ?? 0));

/** A key source that sops does not know. It opens only where the environment says so, as one that asks a service would. */
export const toyKeySource: KeySource = defineKeySource<ToyKey>({
  kind: 'toy',
  list: 'toy',
  dated: true,
  flag: { name: 'toy', env: 'SOPS_TOY_WORDS', help: 'comma separated list of words' },
  config: { rule: 'toy', group: 'toy' },
  parse: (text) => text.split(',').map(toyKey),
  fromGroup: (item) => (typeof item === 'string' ? [toyKey(item)] : []),
  fromFields: ({ word }) => toyKey(typeof word === 'string' ? word : ''),
  toFields: ({ word }) => ({ word }),
  describe: ({ word }) => word,
  load: async () => ({
    wrap: async (dataKey, { word }) => Buffer.from(mask(dataKey, word)).toString('hex'),
    unwrap: async ({ masterKey: { word }, wrapped }, { env }) => {
      if (env['SOPS_TOY_WORD'] !== word) throw new SopsError('DATA_KEY_UNRECOVERABLE', 'the word is not known here');
      return mask(Buffer.from(wrapped, 'hex'), word);
    },
  }),
});
