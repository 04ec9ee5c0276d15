import type { Mapping } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { BranchBuilder } from './branch.ts';
import { compose } from './compose.ts';
import type { ComposedStream } from './compose.ts';
import { malformed } from './malformed.ts';
import type { CommentLine, YamlDocument } from './node.ts';
import { rehearse } from './rehearse.ts';
import { withUnseen } from './unseen.ts';

/**
 * Reads a YAML stream: the branches that real sops walks, and the nodes beneath them. Comments that real sops does not see are there as `unseen`.
 * Throws `MALFORMED_DOCUMENT` for what real sops refuses, `EMPTY_DOCUMENT` for a text of comments only; an empty text has no branches.
 */
export function parseYaml(source: string): YamlDocument {
  if (source === '') return { source, branches: [], notes: [], stream: [] };
  checkCharacters(source);
  const composed = compose(source);
  const [first] = composed.documents;
  if (first === undefined) throw new SopsError('EMPTY_DOCUMENT', 'the text holds no document');
  if (first.expands && first.root !== undefined) rehearse(source, first.root);
  const builder = new BranchBuilder(source);
  const branches = composed.documents.map((document, at) => builder.build(document, at === 0 && !document.expands));
  return { source, branches: accounted(branches, composed, builder.seen), notes: builder.notes, stream: composed.documents };
}

/** Refuses what go-yaml's reader refuses, control characters and halves of surrogate pairs; and a second byte order mark, over which it loses characters. */
function checkCharacters(source: string): void {
  if (source.startsWith('\uFEFF\uFEFF'))
    throw malformed(source, 1, 'the text begins with two byte order marks, which sops takes for characters of its lines');
  // oxlint-disable-next-line no-control-regex
  const at = source.search(/[\0-\x08\v\f\x0E-\x1F\x7F-\x84\x86-\x9F\uD800-\uDFFF\uFFFE\uFFFF]/u);
  if (at >= 0) throw malformed(source, at, 'YAML does not allow this character, a control character or half of a surrogate pair');
}

/** Adds the comments that no branch has yet, each to that of the document it stands in. */
function accounted(
  branches: readonly Mapping[],
  { documents, commentLines }: ComposedStream,
  seen: ReadonlySet<CommentLine>,
): readonly Mapping[] {
  if (seen.size === commentLines.length) return branches;
  const unseen = commentLines.filter((line) => !seen.has(line));
  let next = 0;
  return branches.map((branch, at) => {
    const end = documents[at + 1]?.start ?? Infinity;
    const first = next;
    while ((unseen[next]?.start ?? Infinity) < end) next++;
    return next === first ? branch : withUnseen(branch, unseen.slice(first, next));
  });
}
