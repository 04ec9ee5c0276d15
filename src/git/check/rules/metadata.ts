import { looksSealed, parseEnvelope } from '../../../crypto/envelope.ts';
import { SopsError, type SopsErrorCode } from '../../../errors.ts';
import type { Format } from '../../../formats/format.ts';
import { decodeText } from '../../../operations/text.ts';
import type { CheckRule } from '../check-rule.ts';
import type { Flaw } from '../finding.ts';
import { seenValues } from '../seen-values.ts';
import { recordAt, type Subject } from '../subject.ts';

const restore = 'restore the file from version control';

/** What an error says, as a flaw; without a place of its own, at the metadata. */
function flawOf({ message, details: { position, path } }: SopsError, { text }: Subject): Flaw {
  return { message: message.replace(/^line \d+, column \d+: /, ''), at: position ?? recordAt(text), path };
}

/** Whether an error means that the metadata is there twice: the format says so of a key, or the reader of the metadata. */
function isTwice({ message, details: { position } }: SopsError, { places }: Subject): boolean {
  if (!/\btwice\b/.test(message)) return false;
  return position === undefined || /^\s*["']?sops/.test(places.line(position.line).slice(position.column - 1));
}

/** Metadata that is there twice. */
export const duplicateMetadata: CheckRule = {
  id: 'duplicate-metadata',
  severity: 'error',
  summary: 'the metadata of a file, or a part of it, is there twice, as after a merge by hand',
  advice: restore,
  judge: (subject) => {
    const { state, text } = subject;
    if (state.kind === 'unreadable' && isTwice(state.error, subject)) return [flawOf(state.error, subject)];
    return state.kind === 'sealed' && state.file.format.shape === 'section' ? twiceInSection(text) : [];
  },
};

/** INI takes the last of two lines, and two sections of one name for one. */
function twiceInSection(text: string): readonly Flaw[] {
  const [first, second] = text.matchAll(/^\[sops\][^\n]*$/gm);
  if (second !== undefined) return [{ message: 'the section sops is there twice', at: second.index }];
  const seen = new Set<string>();
  const start = first?.index ?? 0;
  for (const line of text.slice(start).matchAll(/^(\w+)\s*=/gm)) {
    const name = line[1] ?? '';
    if (seen.has(name)) return [{ message: `${name} is there twice`, at: start + line.index, path: `sops.${name}` }];
    seen.add(name);
  }
  return [];
}

/** Metadata that cannot be read. */
export const malformedMetadata: CheckRule = {
  id: 'malformed-metadata',
  severity: 'error',
  summary: 'the metadata of a file cannot be read, by sops either',
  advice: restore,
  judge: (subject) => unreadableAs(subject, (code) => code === 'MALFORMED_METADATA'),
};

/** An encrypted file that is no document. */
export const unreadable: CheckRule = {
  id: 'unreadable',
  severity: 'error',
  summary: 'an encrypted file cannot be read: it is no document of its format any more',
  advice: restore,
  judge: (subject) => unreadableAs(subject, (code) => code !== 'MALFORMED_METADATA'),
};

function unreadableAs(subject: Subject, wanted: (code: SopsErrorCode) => boolean): readonly Flaw[] {
  const { state } = subject;
  return state.kind === 'unreadable' && wanted(state.error.code) && !isTwice(state.error, subject) ? [flawOf(state.error, subject)] : [];
}

/** Marks of a merge in an encrypted file. */
export const conflictMarkers: CheckRule = {
  id: 'conflict-markers',
  severity: 'error',
  summary: 'a merge left its marks in an encrypted file',
  advice: 'take one of the two versions whole, and make the changes of the other with `sopsmith edit`',
  judge: ({ state }) => (state.kind === 'torn' ? [{ message: 'a merge left its marks in the file', at: state.at }] : []),
};

/** Ciphertext without metadata. */
export const missingMetadata: CheckRule = {
  id: 'missing-metadata',
  severity: 'error',
  summary: 'a file has ciphertext and no metadata: nobody can decrypt it',
  advice: restore,
  judge: ({ state, content, text }) => {
    if (state.kind !== 'clear' || state.format === undefined || !text.includes('ENC[AES256_GCM,')) return [];
    const first = orphans(content, state.format)[0];
    return first === undefined ? [] : [{ message: 'is ciphertext, and the file has no sops metadata', ...first }];
  },
};

function orphans(content: Uint8Array, format: Format): readonly Pick<Flaw, 'path' | 'at'>[] {
  try {
    return seenValues(format.parse(decodeText(content)).branches, [])
      .filter(({ kind, state }) => kind === 'value' && state === 'sealed')
      .map(({ path, at }) => ({ path, at }));
  } catch (error) {
    if (error instanceof SopsError) return [];
    throw error;
  }
}

/** A file without a MAC. */
export const missingMac: CheckRule = {
  id: 'missing-mac',
  severity: 'error',
  summary: 'an encrypted file has no MAC, or one that is no ciphertext: whoever can write it can change it',
  advice: restore,
  judge: ({ state, text }: Subject) => {
    if (state.kind !== 'sealed') return [];
    const { mac } = state.file.metadata;
    if (mac === '') return [{ message: 'the file has no MAC', path: 'sops.mac', at: recordAt(text) }];
    if (looksSealed(mac) && parseEnvelope(mac) !== undefined) return [];
    return [{ message: 'the MAC is broken ciphertext', path: 'sops.mac', at: Math.max(0, text.lastIndexOf(mac)) }];
  },
};
