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
