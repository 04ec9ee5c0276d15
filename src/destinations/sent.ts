import type { Content } from './destination.ts';

/** All that a secret holds, as a proxy on the way or the service might repeat it in an error. */
export function textsOf(content: Content): string[] {
  if (content.kind === 'bytes') return [Buffer.from(content.bytes).toString('base64')];
  if (content.kind === 'text') return [content.text, Buffer.from(content.text).toString('base64')];
  return [content.json, Buffer.from(content.json).toString('base64'), ...textsIn(JSON.parse(content.json))];
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
