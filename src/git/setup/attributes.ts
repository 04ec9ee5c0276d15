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

/** Patterns that take all these files: what their names have in common where that says what they are, else each by its path. */
export function patternsFor(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.map((path) => patternFor(path)))].toSorted();
}

function patternFor(path: string): string {
  const [, ending] = telling.exec(path.slice(path.lastIndexOf('/') + 1)) ?? [];
  return ending === undefined ? `/${literal(path)}` : `?*${ending}`;
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
