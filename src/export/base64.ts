/** Bytes in base64. */
export function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** A text's UTF-8 in base64. */
export const base64 = (text: string): string => base64Of(new TextEncoder().encode(text));
