import { looksSealed, parseEnvelope } from '../../../crypto/envelope.ts';
import type { Mapping } from '../../../document/tree.ts';
import { SopsError } from '../../../errors.ts';
import type { Format } from '../../../formats/format.ts';
import { decodeText } from '../../../operations/text.ts';
import type { CheckRule } from '../check-rule.ts';
import type { Flaw } from '../finding.ts';
import { seenValues } from '../seen-values.ts';
import type { Subject } from '../subject.ts';

const restore = 'restore the file from version control';

/** What an error says, as a flaw. */
const flawOf = ({ message, details: { position, path } }: SopsError): Flaw => ({ message, at: position, path });

/** Whether an error means that the metadata is there twice. */
const isTwice = ({ message }: SopsError): boolean =>
  /'?sops(_\w+)?'? stands there twice|(twice|duplicate|already|again).*["'`]?\bsops|["'`]?\bsops(_\w+)?["'`]?.*(twice|duplicate|already|again)/i.test(
    message,
  );

/** Metadata that is there twice. */
export const duplicateMetadata: CheckRule = {
  id: 'duplicate-metadata',
  severity: 'error',
  summary: 'the metadata of a file is there twice, as after a merge by hand',
  advice: restore,
  judge: ({ state, text }) => {
    if (state.kind === 'unreadable' && isTwice(state.error)) return [flawOf(state.error)];
    return state.kind === 'sealed' ? twice(state.file.document.branches, state.file.format, text) : [];
  },
};

function twice(branches: readonly Mapping[], { shape }: Format, text: string): readonly Flaw[] {
  const seen = new Set<string>();
  for (const item of branches[0]?.items ?? []) {
    if (item.kind === 'comment' || !(shape === 'prefixed' ? item.key.startsWith('sops_') : item.key === 'sops')) continue;
    if (seen.has(item.key)) return [{ message: `${item.key} is there twice`, at: item.keySpan?.start ?? text.lastIndexOf(item.key) }];
    seen.add(item.key);
  }
  return [];
}

/** Metadata that cannot be read. */
export const malformedMetadata: CheckRule = {
  id: 'malformed-metadata',
  severity: 'error',
  summary: 'the metadata of a file cannot be read, by sops either',
  advice: restore,
  judge: ({ state }) =>
    state.kind === 'unreadable' && state.error.code === 'MALFORMED_METADATA' && !isTwice(state.error) ? [flawOf(state.error)] : [],
};

/** An encrypted file that is no document. */
export const unreadable: CheckRule = {
  id: 'unreadable',
  severity: 'error',
  summary: 'an encrypted file cannot be read: it is no document of its format any more',
  advice: restore,
  judge: ({ state }) =>
    state.kind === 'unreadable' && state.error.code !== 'MALFORMED_METADATA' && !isTwice(state.error) ? [flawOf(state.error)] : [],
};

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
    if (mac === '') return [{ message: 'the file has no MAC', path: 'sops.mac' }];
    if (looksSealed(mac) && parseEnvelope(mac) !== undefined) return [];
    return [{ message: 'the MAC is broken ciphertext', path: 'sops.mac', at: Math.max(0, text.lastIndexOf(mac)) }];
  },
};
