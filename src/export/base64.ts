/** A text's UTF-8 in base64. */
export function base64(text: string): string {
  const characters = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
  return btoa(characters.join(''));
}
