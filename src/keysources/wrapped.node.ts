import { SopsError } from '../errors.ts';

/** The bytes of an `enc` in base64, which may be broken into lines. Throws `MALFORMED_METADATA` for any other text. @param service as users call it */
export function wrappedBytes(wrapped: string, service: string): Uint8Array {
  const text = wrapped.replace(/[\r\n]/g, '');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new SopsError('MALFORMED_METADATA', `the data key that ${service} wrapped is not base64`);
  return bytes;
}
