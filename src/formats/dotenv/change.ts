import type { TreePath } from '../../document/path.ts';
import { showPath } from '../../document/path.ts';
import type { Edit } from '../../document/splice.ts';
import type { Document, Node } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { isMetadata, metadataPrefix, readLines, removeLines } from './lines.ts';
import type { Line } from './lines.ts';
import { printScalar } from './print.ts';

/** Edits that set a key: in its place, or on a line of its own behind the last one. Throws `UNPRINTABLE_DOCUMENT`, `PATH_NOT_FOUND`, `UNSUPPORTED`. */
export function set({ source }: Document, path: TreePath, value: Node): readonly Edit[] {
  const [key, ...below] = path;
  if (typeof key !== 'string') throw new SopsError('PATH_NOT_FOUND', 'a dotenv file has keys only, no indices', { path: showPath(path) });
  if (below.length > 0) throw new SopsError('UNPRINTABLE_DOCUMENT', 'a dotenv file cannot hold nested values', { path: showPath(path) });
  const text = printScalar(value, key);
  const lines = readLines(source);
  const present = lines.find((line) => isPair(line, key));
  if (present?.kind === 'pair') return [{ span: { start: present.value, end: present.end }, text }];
  checkKey(key);
  const last = lines.findLast((line) => line.kind !== 'blank' && !isMetadata(line));
  if (last === undefined) return [{ span: { start: 0, end: 0 }, text: `${key}=${text}\n` }];
  return [{ span: { start: last.end, end: last.end }, text: `\n${key}=${text}` }];
}

/** Edits that remove a key and its line. Throws `PATH_NOT_FOUND`. */
export function unset({ source }: Document, path: TreePath): readonly Edit[] {
  const [key] = path;
  const line = readLines(source).find((candidate) => isPair(candidate, key));
  if (line === undefined || path.length !== 1)
    throw new SopsError('PATH_NOT_FOUND', `there is no ${showPath(path)}`, { path: showPath(path) });
  return removeLines(source, [line]);
}

/** Edits that give a key another name. Throws `PATH_NOT_FOUND`, `UNSUPPORTED`. */
export function move({ source }: Document, from: TreePath, to: TreePath): readonly Edit[] {
  const [key] = from;
  const [name] = to;
  const line = readLines(source).find((candidate) => isPair(candidate, key));
  if (line?.kind !== 'pair' || typeof name !== 'string' || from.length > 1 || to.length > 1)
    throw new SopsError('UNSUPPORTED', 'a dotenv file has keys only, nothing below', { path: showPath(to) });
  checkKey(name);
  return [{ span: { start: line.start, end: line.value - 1 }, text: name }];
}

const isPair = (line: Line, key: string | number | undefined): boolean => line.kind === 'pair' && line.key === key && !isMetadata(line);

function checkKey(key: string): void {
  if (key.startsWith(metadataPrefix))
    throw new SopsError('UNSUPPORTED', `keys that start with "${metadataPrefix}" are those of the metadata`, { path: key });
  if (/^#|[=\n]/.test(key))
    throw new SopsError('UNSUPPORTED', 'a dotenv key cannot start with "#" nor hold "=" or a line break', { path: key });
}
