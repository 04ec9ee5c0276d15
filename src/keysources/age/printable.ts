/** Control characters, and those that turn the direction of text or break its lines. */
const dangerous = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;
const longest = 2000;

/** A text from elsewhere, fit to be shown on a terminal: what could steer it is spelled out, line breaks are spaces, and it has an end. */
export function printable(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll(dangerous, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
