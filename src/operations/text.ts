import { fromUtf8 } from '../crypto/bytes.ts';
import { SopsError } from '../errors.ts';

/** Bytes of a file as text, a byte order mark kept. Throws `MALFORMED_DOCUMENT` for what is not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  const text = fromUtf8(bytes);
  if (text === undefined) {
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    throw new SopsError('MALFORMED_DOCUMENT', `the file is not UTF-8 text${utf16 ? ': it looks like UTF-16' : ''}`, {
      hint: utf16 ? 'save it as UTF-8' : 'save it as UTF-8, or encrypt it as it is with --input-type binary',
    });
  }
  return text;
}
