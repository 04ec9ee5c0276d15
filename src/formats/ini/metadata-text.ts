/** The section the metadata stands in. */
export const metadataSection = 'sops';

/** What the text of a metadata value means (`stores/metadata.go`, EscapeNewlines): backslash and `n` stand for a line feed. */
export const unescapeMetadata = (text: string): string => text.replaceAll(String.raw`\n`, '\n');

/** A metadata value as it is written. */
export const escapeMetadata = (value: string): string => value.replaceAll('\n', String.raw`\n`);
