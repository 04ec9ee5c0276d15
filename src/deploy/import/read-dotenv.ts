import { SopsError } from '../../errors.ts';
import { decodeText } from '../../operations/text.ts';
import { utf8 } from '../../crypto/bytes.ts';
import { readGoDotenv } from '../ksops/go-dotenv.ts';
import { secretManifest } from '../ksops/secret.ts';
import type { ImportedSecret } from './imported-secret.ts';

/** What a Secret is to be called that is made of variables. */
export interface SecretName {
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly type: string | undefined;
}

/** A Secret of the variables of a `.env` file: quotes, `export` and comments are read as such, `$` is a character. Throws `MALFORMED_DOCUMENT`, `USAGE`. */
export function readDotenv(content: Uint8Array, { name, namespace = '', type = 'Opaque' }: SecretName): ImportedSecret {
  if (name === undefined) throw new SopsError('USAGE', 'a Secret made of variables needs a name: --name');
  for (const word of namespace === '' ? [name] : [name, namespace])
    if (!/^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(word))
      throw new SopsError('USAGE', '--name and --namespace take lower-case letters, digits, - and .');
  const variables = readGoDotenv(decodeText(content), { interpolates: false });
  const values = new Map(Array.from(variables, ([key, text]) => [key, { bytes: utf8(text), binary: false }] as const));
  const nothing = { labels: [], annotations: [], files: [], binaryFiles: [], envs: [] };
  return { name, namespace, manifest: secretManifest({ ...nothing, name, namespace, type }, values) };
}
