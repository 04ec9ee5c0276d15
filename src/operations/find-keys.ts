import { showPath, type PathStep, type TreePath } from '../document/path.ts';
import type { Node } from '../document/tree.ts';
import type { Format } from '../formats/format.ts';
import { readSealed } from './open-file.ts';
import type { Services } from './operation.ts';

/** What is looked for: a path that is exactly so, or a name, a path or the end of one, in which `*` stands for any characters and `?` for one; letters of either case. */
export type KeyPattern = { readonly path: TreePath } | { readonly text: string };

/** A key that was looked for, and what it has. */
export interface FoundKey {
  readonly path: TreePath;
  readonly value: 'encrypted' | 'in clear' | 'branch';
}

/** The keys of an encrypted file that a pattern matches; needs no key material, for keys are in clear. Throws `METADATA_NOT_FOUND`, `MALFORMED_METADATA`, `MALFORMED_DOCUMENT`. */
export function findKeys(
  source: Uint8Array,
  format: Format,
  pattern: KeyPattern,
  services: Pick<Services, 'keySources'>,
): readonly FoundKey[] {
  const found: FoundKey[] = [];
  for (const branch of readSealed(source, format, services).branches) collect(branch, [], pattern, found);
  return found;
}

function collect(node: Node, path: PathStep[], pattern: KeyPattern, found: FoundKey[]): void {
  if (node.kind !== 'mapping' && node.kind !== 'sequence') return;
  let index = 0;
  for (const item of node.items) {
    if (item.kind === 'comment') continue;
    const value = item.kind === 'entry' ? item.value : item;
    path.push(item.kind === 'entry' ? item.key : index++);
    if (matches(path, pattern)) found.push({ path: [...path], value: kindOf(value) });
    collect(value, path, pattern, found);
    path.pop();
  }
}

function kindOf(node: Node): FoundKey['value'] {
  if (node.kind === 'mapping' || node.kind === 'sequence') return 'branch';
  return node.kind === 'leaf' && node.text.startsWith('ENC[AES256_GCM,') ? 'encrypted' : 'in clear';
}

function matches(path: TreePath, pattern: KeyPattern): boolean {
  if ('path' in pattern) return path.length === pattern.path.length && pattern.path.every((step, at) => path[at] === step);
  const wanted = pattern.text.toLowerCase();
  // An index has no name; what ends in one is found where the pattern names it.
  const isKey = typeof path.at(-1) === 'string';
  if (!isKey && !wanted.endsWith(']')) return false;
  return path.some((step, at) => typeof step === 'string' && fits(showPath(path.slice(at)).toLowerCase(), wanted));
}

/** Whether a text is what a pattern says, in time of no more than their product. */
function fits(text: string, pattern: string): boolean {
  let at = 0;
  let star: { readonly pattern: number; text: number } | undefined;
  let next = 0;
  while (at < text.length) {
    const sign = pattern[next];
    if (sign === '*') star = { pattern: ++next, text: at };
    else if (sign === '?' || sign === text[at]) {
      next += 1;
      at += 1;
    } else if (star === undefined) return false;
    else {
      star.text += 1;
      at = star.text;
      next = star.pattern;
    }
  }
  return /^\**$/.test(pattern.slice(next));
}
