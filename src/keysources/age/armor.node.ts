import { SopsError } from '../../errors.ts';

const header = '-----BEGIN AGE ENCRYPTED FILE-----';
const footer = '-----END AGE ENCRYPTED FILE-----';
const columns = 64;
const whitespaceAllowed = 1024;

/** The bytes of standard base64 in its one canonical spelling, with or without padding; undefined for anything else. */
export function strictBase64(text: string, padding: 'padded' | 'bare'): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  const spelled = bytes.toString('base64');
  return text === (padding === 'padded' ? spelled : spelled.replaceAll('=', '')) ? bytes : undefined;
}

/** Armors an age file as `age -a` does, with a line feed at the end. */
export function armor(file: Uint8Array): string {
  const text = Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString('base64');
  const lines = text.match(/.{1,64}/g) ?? [];
  return [header, ...lines, footer, ''].join('\n');
}

/** The bytes of an armored age file, read as strictly as age reads it: whitespace only around it, full lines, canonical base64. */
export function dearmor(text: string): Buffer {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const first = lines.findIndex((line) => line.trim() !== '');
  const last = lines.indexOf(footer, first + 1);
  if (first < 0 || lines[first] !== header) throw malformed('it does not begin as one');
  if (last < 0) throw malformed('its end is missing');
  const before = lines.slice(0, first).join('\n');
  const after = lines.slice(last + 1).join('\n');
  if (after.trim() !== '') throw malformed('something follows it');
  if (before.length >= whitespaceAllowed || after.length >= whitespaceAllowed) throw malformed('there is too much space around it');
  const body = lines.slice(first + 1, last);
  body.forEach((line, index) => {
    const full = line.length === columns;
    if (line === '' || line.length > columns || (!full && index + 1 < body.length)) throw malformed('a line has the wrong length');
  });
  const bytes = strictBase64(body.join(''), 'padded');
  if (bytes === undefined) throw malformed('it is not canonical base64');
  return bytes;
}

const malformed = (why: string): SopsError =>
  new SopsError('MALFORMED_METADATA', `the wrapped data key is not an armored age file: ${why}`);
