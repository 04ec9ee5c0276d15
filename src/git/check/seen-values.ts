import { looksSealed, parseEnvelope } from '../../crypto/envelope.ts';
import { showPath } from '../../document/path.ts';
import type { Comment, Leaf, Mapping } from '../../document/tree.ts';
import { walk } from '../../document/walk.ts';
import type { Selector } from '../../metadata/selection.ts';

/** A value or comment of a document; never what it holds. */
export interface SeenValue {
  /** As `db.password`; the values of a list have the list's. */
  readonly path: string;
  readonly kind: 'value' | 'comment';
  /** In the text; undefined where it is seen through an alias. */
  readonly at: number | undefined;
  /** `broken` begins as ciphertext does; `empty` needs no encryption. */
  readonly state: 'sealed' | 'broken' | 'clear' | 'empty';
  /** Whether each of the selections encrypts it, in their order. */
  readonly selected: readonly boolean[];
  /** The document of the stream that it stands in. */
  readonly branch: Mapping;
}

/** All values and comments that real sops sees. */
export function seenValues(branches: readonly Mapping[], selectors: readonly Selector[]): readonly SeenValue[] {
  const seen: SeenValue[] = [];
  for (const branch of branches)
    walk(branch, (item, path, comments) => {
      if (item.kind === 'comment' && item.unseen === true) return;
      seen.push({
        path: showPath(path),
        kind: item.kind === 'comment' ? 'comment' : 'value',
        at: item.slot?.start,
        state: stateOf(item),
        selected: selectors.map((selects) => selects(path, comments, item.kind === 'comment')),
        branch,
      });
    });
  return seen;
}

function stateOf(item: Leaf | Comment): SeenValue['state'] {
  if (isEmpty(item)) return 'empty';
  if ((item.kind === 'leaf' && item.type !== 'str') || !looksSealed(item.text)) return 'clear';
  return parseEnvelope(item.text) === undefined ? 'broken' : 'sealed';
}

function isEmpty(item: Leaf | Comment): boolean {
  if (item.kind === 'comment') return item.text.trim() === '';
  return item.bytes === undefined ? item.type === 'str' && item.text === '' : item.bytes.length === 0;
}
