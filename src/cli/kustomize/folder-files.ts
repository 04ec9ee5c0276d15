import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join, sep } from 'node:path';
import type { SourceFiles, Standing } from '../../deploy/flux/source-files.ts';
import { systemError } from '../../node/files.ts';

/** The files below a folder. @param root absolute, without links */
export function folderFiles(root: string): SourceFiles {
  const place = (path: string): string => join(root, path);
  return {
    root: root.replaceAll(sep, '/'),
    look: (path) => {
      const stats = statsOf(place(path));
      return stats && standingOf(stats, place(path));
    },
    list: (path) => {
      try {
        return readdirSync(place(path)).toSorted();
      } catch (error) {
        throw systemError('INPUT_UNREADABLE', 'error reading folder', path, error);
      }
    },
    read: (path) => {
      try {
        return readFileSync(place(path));
      } catch (error) {
        throw systemError('INPUT_UNREADABLE', 'error reading file', path, error);
      }
    },
  };
}

/** What cannot be looked at is not there: a part of the path may be a file. */
function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function standingOf(stats: Stats, path: string): Standing {
  if (stats.isFile()) return { kind: 'file', size: stats.size };
  if (stats.isDirectory()) return { kind: 'folder' };
  return stats.isSymbolicLink() ? { kind: 'link', target: readlinkSync(path).replaceAll(sep, '/') } : { kind: 'other' };
}
