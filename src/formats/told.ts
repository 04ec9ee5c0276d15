import { formats } from './index.ts';
import type { Format } from './format.ts';

/** The format that takes a file's ending; undefined where none does. */
export const formatByEnding = (name: string): Format | undefined =>
  formats.find((format) => format.extensions.some((extension) => name.endsWith(extension)));

/** The format of an encrypted file: by its ending, else by the looks of its metadata; undefined where neither says anything. */
export const formatOfSealed = (name: string, content: Uint8Array): Format | undefined => formatByEnding(name) ?? formatByMarkers(content);

/** What the metadata looks like in a text of each format: what other tools know encrypted files by. */
const markers: readonly (readonly [format: string, marker: RegExp])[] = [
  ['dotenv', /^sops_mac=ENC\[/m],
  ['ini', /^\[sops\]\s*$/m],
  ['yaml', /^sops:\s*$/m],
];

/** The format of an encrypted file, by the looks of its metadata; undefined for any other. A binary file is a JSON document with nothing but `data`. */
export function formatByMarkers(content: Uint8Array): Format | undefined {
  const text = new TextDecoder().decode(content);
  if (!text.includes('ENC[AES256_GCM,')) return undefined;
  const name = text.trimStart().startsWith('{') ? jsonKind(text) : markers.find(([, marker]) => marker.test(text))?.[0];
  return formats.find((format) => format.name === name);
}

function jsonKind(text: string): 'json' | 'binary' | undefined {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== 'object' || document === null || !('sops' in document)) return undefined;
    return Object.keys(document).every((key) => key === 'data' || key === 'sops') ? 'binary' : 'json';
  } catch {
    return undefined;
  }
}
