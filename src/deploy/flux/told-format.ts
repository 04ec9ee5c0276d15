import { fromUtf8 } from '../../crypto/bytes.ts';
import type { Format } from '../../formats/format.ts';
import { formats } from '../../formats/index.ts';
import { SopsError } from '../../errors.ts';

/** What Flux looks for in the bytes of a file before it takes it for encrypted, format by format (`sopsFormatToMarkerBytes`). */
const markers: Readonly<Record<string, string>> = {
  yaml: 'mac: ENC[',
  json: '"mac": "ENC[',
  dotenv: 'sops_mac=ENC[',
  ini: '[sops]',
  binary: '"mac": "ENC[',
};

/** Of more bytes than these a file is not decrypted. */
export const largestFile: number = 5 * 2 ** 20;

export const markerOf = ({ name }: Format): string => markers[name] ?? '';

/** The format by its name. Throws `UNSUPPORTED`. */
export function formatCalled(name: string): Format {
  const format = formats.find((one) => one.name === name);
  if (format === undefined) throw new SopsError('UNSUPPORTED', `there is no format ${name}`);
  return format;
}

/** The format of a file, of a key of `secretGenerator`, or of a key of a Secret, by its name (`formatForPath`): unknown endings are binary. */
export function formatByName(name: string): Format {
  if (name.endsWith('.dockerconfigjson')) return formatCalled('json');
  return formats.find(({ extensions }) => extensions.some((extension) => name.endsWith(extension))) ?? formatCalled('binary');
}

/** Whether a file has the marker of a format. */
export const hasMarker = (content: Uint8Array, format: Format): boolean => bytesAsText(content).includes(markerOf(format));

/** The format whose marker bytes have. JSON and binary have the same, and are read alike. */
export function formatByMarker(content: Uint8Array): Format | undefined {
  const text = bytesAsText(content);
  const name = ['yaml', 'json', 'dotenv', 'ini'].find((one) => text.includes(markers[one] ?? ''));
  return name === undefined ? undefined : formatCalled(name);
}

/** Markers are ASCII: what is not UTF-8 can be searched all the same. */
const bytesAsText = (content: Uint8Array): string => fromUtf8(content) ?? new TextDecoder('latin1').decode(content);
