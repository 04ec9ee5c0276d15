/** The files below one folder, the root: nothing above it can be named. Paths are relative to it, with `/` between; the root itself is `''`. */
export interface SourceFiles {
  /** Absolute: what absolute references are held against. */
  readonly root: string;
  /** What stands at a path whose folders are no links; a link is not followed. */
  look(path: string): Standing | undefined;
  /** The names in a folder, sorted. */
  list(path: string): readonly string[];
  /** Throws `INPUT_UNREADABLE`. */
  read(path: string): Uint8Array;
}

export type Standing =
  | { readonly kind: 'file'; readonly size: number }
  | { readonly kind: 'folder' | 'other' }
  | { readonly kind: 'link'; readonly target: string };

/** As many links as are followed before a path counts as a circle. */
const mostLinks = 255;

/** Where a reference leads, and whether a link or too many `..` on the way pointed out of the root, at which they were held. */
export interface Resolved {
  readonly path: string;
  readonly held: boolean;
}

/**
 * Resolves a reference so that it stays below the root, as the library of Flux does (`filepath-securejoin`): `..` at the root is the root, an absolute link counts from the
 * root, and what is not there is joined as it is. Answers undefined for links in a circle.
 * @param reference relative to the root, or absolute
 */
export function resolveBelow(files: SourceFiles, reference: string): Resolved | undefined {
  const waiting = partsOf(reference.startsWith('/') ? stripRoot(files.root, reference) : reference);
  const path: string[] = [];
  let held = false;
  for (let links = 0; waiting.length > 0;) {
    const part = waiting.shift() ?? '';
    if (part === '..') {
      held ||= path.length === 0;
      path.pop();
      continue;
    }
    const standing = files.look([...path, part].join('/'));
    if (standing?.kind !== 'link') {
      path.push(part);
      continue;
    }
    if (++links > mostLinks) return undefined;
    waiting.unshift(...partsOf(standing.target));
    if (!standing.target.startsWith('/')) continue;
    held = true;
    path.length = 0;
  }
  return { path: path.join('/'), held };
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');

/** An absolute path below the root counts from there; any other is taken as if the root were that of the file system. */
function stripRoot(root: string, path: string): string {
  const clean = `/${cleanParts(path).join('/')}`;
  return clean === root || clean.startsWith(`${root}/`) ? clean.slice(root.length) : clean;
}

function cleanParts(path: string): readonly string[] {
  const parts: string[] = [];
  for (const part of partsOf(path)) {
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts;
}

/** Joins a reference to the folder that it stands in; an absolute one stays, and so does an absolute folder. `..` is cut lexically, as Go's `filepath.Join` does. */
export function joined(folder: string, reference: string): string {
  if (reference.startsWith('/')) return reference;
  const isAbsolute = folder.startsWith('/');
  const parts: string[] = [];
  for (const part of partsOf(`${folder}/${reference}`)) {
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!isAbsolute) parts.push(part);
  }
  return `${isAbsolute ? '/' : ''}${parts.join('/')}`;
}
