import { fromUtf8 } from '../../crypto/bytes.ts';
import type { Entry } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { fromGoBase64 } from '../flux/decrypt-manifests.ts';
import { formatCalled } from '../flux/told-format.ts';
import { at, entriesIn, textIn } from '../flux/tree-nodes.ts';
import type { ImportedSecret } from './imported-secret.ts';

/** The values of a Secret as a `.env` file that sops can encrypt. Throws `UNPRINTABLE_DOCUMENT` for what such a file cannot hold. */
export function asDotenv({ manifest }: ImportedSecret): string {
  const values = new Map<string, string>();
  for (const { key, value } of entriesIn(at(manifest, 'data'))) {
    const text = fromUtf8(fromGoBase64(textIn(value)) ?? new Uint8Array());
    if (text === undefined)
      throw new SopsError('UNPRINTABLE_DOCUMENT', 'a .env file holds text, and a value is none', { path: `data.${key}` });
    values.set(key, text);
  }
  for (const { key, value } of entriesIn(at(manifest, 'stringData'))) values.set(key, textIn(value));
  const items = Array.from(values, ([key, text]): Entry => ({ kind: 'entry', key, value: { kind: 'leaf', type: 'str', text } }));
  return formatCalled('dotenv').print([{ kind: 'mapping', items }], {});
}
