/** Where a translation would need more patterns than these, it is given up. */
const most = 24;

/** A piece of a path: pieces of a pattern for Git, which stay within one name, or whatever there may be, slashes and all. */
type Token = { readonly glob: string } | 'anything';
/** All ways that an expression can go. */
type Ways = readonly (readonly Token[])[];

/**
 * The `path_regex` of a creation rule as patterns of `.gitattributes` that take the same files; undefined for what cannot be told so. A dot that stands for any character
 * is taken for any but a slash.
 * @param folder of the config file, below the top: empty, or with a slash at its end
 */
export function globsOf(pathRegex: string, folder: string): readonly string[] | undefined {
  try {
    const ways = new Reader(pathRegex).read();
    const globs = ways.flatMap((way) => spell(way)).map((glob) => placed(glob, folder));
    return globs.length > most ? undefined : [...new Set(globs)];
  } catch (error) {
    if (error instanceof Untranslatable) return undefined;
    throw error;
  }
}

class Untranslatable extends Error {}

const anything: Token = 'anything';
const star: Token = { glob: '*' };
const slash: Token = { glob: '/' };
/** Marks of the two ends of a path; no pattern has a zero byte. */
const start: Token = { glob: '\0^' };
const end: Token = { glob: '\0$' };

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Ways {
    const ways = this.#alternatives();
    if (this.#at < this.#text.length) throw new Untranslatable();
    return ways
      .map(anchored)
      .map(plain)
      .filter((way) => !startsWithSlash(way));
  }

  #alternatives(): Ways {
    const ways: (readonly Token[])[] = [...this.#sequence()];
    while (this.#takes('|')) ways.push(...this.#sequence());
    return bounded(ways);
  }

  #sequence(): Ways {
    let ways: Ways = [[]];
    while (this.#at < this.#text.length && !'|)'.includes(this.#text.charAt(this.#at))) ways = both(ways, this.#piece());
    return ways;
  }

  #piece(): Ways {
    if (this.#takes('^')) return [[start]];
    if (this.#takes('$')) return [[end]];
    const atom = this.#atom();
    const ways = this.#repeated(atom);
    // As few as possible, or as many: it is the same files.
    if (ways !== atom) this.#takes('?');
    return ways;
  }

  #repeated(atom: Ways): Ways {
    if (this.#takes('?')) return bounded([...atom, []]);
    if (/[+*{]/.test(this.#text.charAt(this.#at)) && atom !== dot && atom !== name) throw new Untranslatable();
    if (this.#takes('*')) return atom === dot ? [[anything]] : [[star]];
    if (this.#takes('+')) return atom === dot ? [...name.map((way) => [...way, anything]), [slash, anything]] : [[{ glob: '?' }, star]];
    if (this.#takes('{')) throw new Untranslatable();
    return atom;
  }

  #atom(): Ways {
    if (this.#takes('(')) return this.#group();
    if (this.#takes('[')) return this.#characters();
    if (this.#takes('.')) return dot;
    if (this.#takes('\\')) return [[{ glob: escaped(this.#text.charAt(this.#at++)) }]];
    const character = this.#text.charAt(this.#at++);
    if (/[*+?{]/.test(character)) throw new Untranslatable();
    return [[{ glob: literal(character) }]];
  }

  #group(): Ways {
    if (this.#takes('?') && !this.#takes(':')) throw new Untranslatable();
    const ways = this.#alternatives();
    if (!this.#takes(')')) throw new Untranslatable();
    return [...ways];
  }

  #characters(): Ways {
    const close = this.#text.indexOf(']', this.#at + 1);
    const inside = this.#text.slice(this.#at, close);
    this.#at = close + 1;
    if (inside === '^/') return name;
    if (close < 0 || !/^[\w.@%+-]+$/.test(inside)) throw new Untranslatable();
    return [[{ glob: `[${inside}]` }]];
  }

  #takes(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at++;
    return true;
  }
}

/** What `.` and `[^/]` give; told apart by which of the two it is. */
const dot: Ways = [[{ glob: '?' }]];
const name: Ways = [[{ glob: '?' }]];

const classes: Readonly<Record<string, string>> = { d: '[0-9]', w: '[0-9A-Za-z_]' };

function escaped(character: string): string {
  const glob = classes[character];
  if (glob !== undefined) return glob;
  if (character === '' || /\w/.test(character)) throw new Untranslatable();
  return literal(character);
}

/** A character that stands for itself. */
export const literal = (text: string): string => text.replaceAll(/[*?[\\]/g, String.raw`\$&`);

const both = (ones: Ways, others: Ways): Ways => bounded(ones.flatMap((one) => others.map((other) => [...one, ...other])));

function bounded(ways: Ways): Ways {
  if (ways.length > most) throw new Untranslatable();
  return ways;
}

/** An expression may start and end anywhere in a path unless it says otherwise. */
function anchored(way: readonly Token[]): readonly Token[] {
  const from = way[0] === start ? way.slice(1) : [anything, ...way];
  const whole = from.at(-1) === end ? from.slice(0, -1) : [...from, anything];
  if (whole.includes(start) || whole.includes(end)) throw new Untranslatable();
  return whole;
}

/** Beside whatever there may be, whatever there may be in a name says nothing. */
const plain = (way: readonly Token[]): readonly Token[] =>
  way.filter((token, at) => token !== star || (way[at - 1] !== anything && way[at - 1] !== star && way[at + 1] !== anything));

/** No path does. */
const startsWithSlash = ([first]: readonly Token[]): boolean => typeof first === 'object' && first.glob === '/';

/** Every pattern that it takes: in those of Git a star stays within one name, and two stars stand for whole names. */
function spell(way: readonly Token[]): readonly string[] {
  let globs: readonly string[] = [''];
  for (const [at, token] of way.entries()) {
    if (token !== anything) globs = globs.map((glob) => (typeof token === 'object' ? glob + token.glob : glob));
    else if (way[at - 1] !== anything)
      globs = globs.flatMap((glob) => (glob === '' || glob.endsWith('/') ? [`${glob}**/*`] : [`${glob}*`, `${glob}*/**/*`]));
    if (globs.length > most) throw new Untranslatable();
  }
  return globs.map((glob) =>
    glob
      .replace(/\/\*\*\/\*$/, '/**')
      .replaceAll('**/**/', '**/')
      .replaceAll(/(?<![*/])\*{2,}(?![*/])/g, '*'),
  );
}

/** A pattern without a slash is one for names in any folder. */
function placed(glob: string, folder: string): string {
  const [, anywhere] = /^\*\*\/([^/]+)$/.exec(glob) ?? [];
  if (folder === '') return anywhere ?? (glob.includes('/') ? glob : `/${glob}`);
  return `/${literal(folder)}${glob}`;
}
