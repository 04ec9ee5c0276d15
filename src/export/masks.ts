import { base64Of } from './base64.ts';

/** Shorter ones would be found in words that have nothing to do with a secret. */
const shortestPart = 4;

/**
 * What base64 makes of a text wherever it stands in a longer one: the three ways that its bytes fall into groups of three, without the characters at the ends that its neighbors have a part in. The whole is there as well,
 * padded, and all of it in the alphabet for URLs.
 */
export function base64Forms(bytes: Uint8Array): readonly string[] {
  const cores = [0, 1, 2].flatMap((before) => {
    const padded = new Uint8Array(before + bytes.length);
    padded.set(bytes, before);
    const end = padded.length % 3 === 0 ? undefined : -1;
    const core = base64Of(padded)
      .replace(/=+$/, '')
      .slice(before === 0 ? 0 : before + 1, end);
    return core.length < shortestPart ? [] : [core];
  });
  return [base64Of(bytes), ...cores].flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** As documents, shells and addresses spell a text: within double quotes of JSON and YAML, within single quotes of YAML and of shells, and in a URL. */
const spellingsOf = (text: string): readonly string[] => [
  JSON.stringify(text).slice(1, -1),
  text.replaceAll("'", "''"),
  text.replaceAll("'", String.raw`'\''`),
  // Halves of a character have no place in a URL.
  ...(/\p{Surrogate}/u.test(text) ? [] : [encodeURIComponent(text)]),
];

/** All that could turn up in a log of a value: it and each of its lines, as they are, spelled otherwise, and in base64. Each once. */
export function formsOf(text: string): readonly string[] {
  const lines = text.split(/\r\n|\r|\n/);
  const parts = [...new Set([text, ...lines])].filter((part) => part.trim() !== '');
  return [...new Set([...parts, ...parts.flatMap(spellingsOf), ...parts.flatMap((part) => base64Forms(new TextEncoder().encode(part)))])];
}

/** How the commands of GitHub's runner spell what would end them. */
const escaped = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** The commands that have GitHub's runner mask texts in all that it logs from then on. */
export const maskCommands = (texts: Iterable<string>): string =>
  Array.from(new Set(texts), (text) => `::add-mask::${escaped(text)}\n`).join('');
