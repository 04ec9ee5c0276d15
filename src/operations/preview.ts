import { showPath } from '../document/path.ts';
import { walk } from '../document/walk.ts';
import type { Format } from '../formats/format.ts';
import type { Selection } from '../metadata/metadata.ts';
import { withoutRecord } from '../metadata/shape.ts';
import { selectorOf } from './selector.ts';
import { decodeText } from './text.ts';

/** A key of a file whose value a rule encrypts or leaves; never the value. */
export interface PreviewedKey {
  /** As `db.password`; the values of a list have the list's. */
  readonly path: string;
  readonly encrypted: boolean;
}

/**
 * Which keys of a file a selection would encrypt, in the file's order and each once; comments are left out, and so is the metadata of a file that is encrypted already.
 * Throws `MALFORMED_DOCUMENT`, `MALFORMED_PATTERN`.
 */
export async function previewSelection(source: Uint8Array, format: Format, selection: Selection): Promise<readonly PreviewedKey[]> {
  const selects = await selectorOf(selection, 'new');
  const document = format.parse(decodeText(source));
  const keys = new Map<string, PreviewedKey>();
  for (const branch of withoutRecord(document.branches, format.shape))
    walk(branch, (item, path, comments) => {
      if (item.kind === 'comment' || (item.type === 'str' && item.text === '' && item.bytes === undefined)) return;
      const shown = showPath(path);
      const encrypted = selects(path, comments, false);
      keys.set(`${shown} ${encrypted}`, { path: shown, encrypted });
    });
  return [...keys.values()];
}
