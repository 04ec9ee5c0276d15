import { SopsError } from '../../errors.ts';
import type { Document, Mapping } from '../../document/tree.ts';
import type { Format } from '../../formats/format.ts';
import { formatCalled } from './told-format.ts';

/** One document of a stream of manifests: its text, from its `---` to the next, and its tree. */
export interface ManifestPiece {
  readonly text: string;
  readonly format: Format;
  /** Undefined where it holds no mapping. */
  readonly document?: Document & { readonly branches: readonly [Mapping, ...Mapping[]] };
  /** Why it cannot be read. */
  readonly error?: SopsError;
}

/** Cuts a stream where its documents begin and reads each by itself, so that what cannot be read leaves the others alone. JSON is one document. */
export function manifestPieces(text: string): readonly ManifestPiece[] {
  if (text.trimStart().startsWith('{')) return [piece(text, formatCalled('json'))];
  const yaml = formatCalled('yaml');
  return text
    .split(/^(?=---(?:[ \t\r\n]|$))/m)
    .filter((part) => part !== '')
    .map((part) => piece(part, yaml));
}

function piece(text: string, format: Format): ManifestPiece {
  try {
    const document = format.parse(text);
    const [first, ...rest] = document.branches;
    return first === undefined || first.items.length === 0
      ? { text, format }
      : { text, format, document: { ...document, branches: [first, ...rest] } };
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    return error.code === 'EMPTY_DOCUMENT' ? { text, format } : { text, format, error };
  }
}
