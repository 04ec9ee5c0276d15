import { filterAttributes } from '../filter/settings.ts';
import type { Git } from '../git.ts';
import { literal } from './path-globs.ts';

/** What the diff driver is called in the settings of Git and in `.gitattributes`. */
export const diffDriverName = 'sopsmith';

const drivers = `diff=${diffDriverName} merge=sopsmith`;

/** The line of `.gitattributes` that gives files of a pattern to the drivers. */
export const driverLine = (pattern: string): string => `${quoted(pattern)} ${drivers}`;
/** The same with the filter. */
export const filterLine = (pattern: string): string => `${quoted(pattern)} ${filterAttributes} ${drivers}`;

/** A pattern as it stands in a line: in quotes where blanks, or what Git takes for something else, would cut it. */
function quoted(pattern: string): string {
  const safe = pattern.replace(/^!/, String.raw`\!`);
  if (!/[\s"\p{Cc}]|^#|^\[attr\]/u.test(safe)) return safe;
  const inside = safe.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll(/\p{Cc}/gu, octal);
  return `"${inside}"`;
}

const octal = (character: string): string => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;

/** Names that say that a file is encrypted. Not `.sops.yaml`, which is the config file. */
const telling = /.(\.(?:enc|sops|encrypted)(?:\.\w+)?)$/;

/** So many encrypted files of one ending, and no other, make a pattern for the folder. */
const enough = 3;

/**
 * Patterns that take all these files: what their names have in common where that says what they are, else the folder with an ending where there is nothing else of it, else each by its path.
 * @param others all other files in the index
 */
export function patternsFor(paths: readonly string[], others: readonly string[]): readonly string[] {
  const [kinds, otherKinds] = [countBy(paths, kindOf), countBy(others, kindOf)];
  const patternFor = (path: string): string => {
    const kind = kindOf(path);
    const [, ending] = telling.exec(path.slice(path.lastIndexOf('/') + 1)) ?? [];
    if (ending !== undefined) return `?*${ending}`;
    return (kinds.get(kind) ?? 0) >= enough && !otherKinds.has(kind) && kind.includes('*') ? kind : `/${literal(path)}`;
  };
  return [...new Set(paths.map(patternFor))].toSorted();
}

/** The pattern for all files in the same folder that end alike; without a star for those that have no ending. */
function kindOf(path: string): string {
  const [, folder = '', ending = ''] = /^(.*\/)?.+?(\.\w+)?$/s.exec(path) ?? [];
  return ending === '' ? folder : `/${literal(folder)}*${ending}`;
}

function countBy(paths: readonly string[], kind: (path: string) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(kind(path), (counts.get(kind(path)) ?? 0) + 1);
  return counts;
}

/** For wherever nothing is known of the files: the endings that people give to encrypted ones. */
export const usualPatterns: readonly string[] = ['enc', 'sops', 'encrypted'].flatMap((word) =>
  ['.yaml', '.yml', '.json', '.env', '.ini', ''].map((ending) => `?*.${word}${ending}`),
);

/** What attributes say of files, by path. */
export type Attributes = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Asks Git what attributes say of files; `unspecified` where they say nothing. Throws `GIT_FAILED`. */
export async function attributesOf(git: Git, paths: readonly string[], names: readonly string[]): Promise<Attributes> {
  const told = new Map<string, Map<string, string>>();
  if (paths.length === 0) return told;
  const input = new TextEncoder().encode(paths.map((path) => `${path}\0`).join(''));
  const fields = await git.list(['check-attr', '-z', '--stdin', ...names], { input });
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [path = '', name = '', value = ''] = fields.slice(at, at + 3);
    told.set(path, (told.get(path) ?? new Map<string, string>()).set(name, value));
  }
  return told;
}
