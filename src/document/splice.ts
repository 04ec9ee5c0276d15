import type { Span } from './tree.ts';

/** Put `text` where `span` was. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/** Edits in the order of their places; insertions at one place keep their order. */
export function inOrder(edits: readonly Edit[]): readonly Edit[] {
  return edits.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

/** Apply edits to the text they were made for; every byte no edit names is kept. Edits must not overlap. */
export function splice(source: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { span, text } of inOrder(edits)) {
    if (span.start < at) throw new RangeError(`edits overlap at ${span.start}`);
    parts.push(source.slice(at, span.start), text);
    at = span.end;
  }
  parts.push(source.slice(at));
  return parts.join('');
}

/** The edits that turn the result of `edits` back into `source`. */
export function inverse(source: string, edits: readonly Edit[]): readonly Edit[] {
  let shift = 0;
  return inOrder(edits).map(({ span, text }) => {
    const start = span.start + shift;
    shift += text.length - (span.end - span.start);
    return { span: { start, end: start + text.length }, text: source.slice(span.start, span.end) };
  });
}

/** Edits made for a text, moved to the text that `removals` leave of it; none of them may touch a removed place. */
export function moved(edits: readonly Edit[], removals: readonly Edit[]): readonly Edit[] {
  const removed = inOrder(removals);
  let at = 0;
  let shift = 0;
  return inOrder(edits).map(({ span, text }) => {
    for (let removal = removed[at]; removal && removal.span.end <= span.start; removal = removed[++at]) {
      shift += removal.text.length - (removal.span.end - removal.span.start);
    }
    return { span: { start: span.start + shift, end: span.end + shift }, text };
  });
}
