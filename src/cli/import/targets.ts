import { join, resolve } from 'node:path';
import { asDotenv } from '../../deploy/import/as-dotenv.ts';
import type { ImportedSecret } from '../../deploy/import/imported-secret.ts';
import { formatCalled } from '../../deploy/flux/told-format.ts';
import { SopsError } from '../../errors.ts';
import { utf8 } from '../../crypto/bytes.ts';
import type { Format } from '../../formats/format.ts';
import { formatByEnding } from '../../formats/told.ts';
import { statFile } from '../../node/files.ts';

/** A file to encrypt. */
export interface Target {
  /** Absolute. */
  readonly path: string;
  readonly shown: string;
  readonly format: Format;
  readonly plaintext: Uint8Array;
  readonly holds: 'secrets' | 'variables';
}

/** What was read, to be written. */
export interface Material {
  readonly secrets: readonly ImportedSecret[];
  /** A `.env` file as it is. */
  readonly variables?: Uint8Array;
}

/** Which files are to be made, and what is in them: one file, or one a Secret below a folder. Throws `USAGE`, `UNPRINTABLE_DOCUMENT`. */
export function targetsOf(output: string, material: Material): readonly Target[] {
  if (/[/\\]$/.test(output) || statFile(output)?.isDirectory()) return filesBelow(output, material.secrets);
  const format = formatByEnding(output);
  const place = { path: resolve(output), shown: output };
  if (format?.name === 'dotenv') return [{ ...place, format, plaintext: variablesOf(material), holds: 'variables' }];
  if (format?.name !== 'yaml' && format?.name !== 'json')
    throw new SopsError('USAGE', '--output names a .yaml, .json or .env file, or a folder', { file: output });
  return [{ ...place, format, plaintext: manifestsOf(material, format), holds: 'secrets' }];
}

function variablesOf({ secrets, variables = new Uint8Array() }: Material): Uint8Array {
  const [secret, second] = secrets;
  if (secret !== undefined && second !== undefined) throw new SopsError('USAGE', 'a .env file holds one Secret, and there are several');
  return secret === undefined ? variables : utf8(asDotenv(secret));
}

function manifestsOf({ secrets }: Material, format: Format): Uint8Array {
  if (format.name === 'json' && secrets.length > 1)
    throw new SopsError('USAGE', 'a JSON file holds one Secret, and there are several: name a folder or a YAML file');
  const texts = secrets.map((secret) => textOf(secret, format));
  return utf8(texts.map((text, at) => (at === 0 || text.startsWith('---') ? text : `---\n${text}`)).join(''));
}

function filesBelow(folder: string, secrets: readonly ImportedSecret[]): readonly Target[] {
  const format = formatCalled('yaml');
  const spread = new Set(secrets.map(({ namespace }) => namespace)).size > 1;
  const targets = secrets.map((secret): Target => {
    const shown = join(folder, ...(spread && secret.namespace !== '' ? [secret.namespace] : []), `${secret.name}.yaml`);
    return { path: resolve(shown), shown, format, plaintext: utf8(textOf(secret, format)), holds: 'secrets' };
  });
  const twice = targets.find(({ path }, at) => targets.findIndex((other) => other.path === path) !== at);
  if (twice !== undefined) throw new SopsError('USAGE', 'two Secrets would be the same file', { file: twice.shown });
  return targets;
}

/** As it is written where it is in that format, with a line break at its end. */
function textOf({ written, manifest }: ImportedSecret, format: Format): string {
  const text = written?.format.name === format.name ? written.text : format.print([manifest], {});
  return text.endsWith('\n') ? text : `${text}\n`;
}
