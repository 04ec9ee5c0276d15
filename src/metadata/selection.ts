import { showPath } from '../document/path.ts';
import { SopsError } from '../errors.ts';
import { patternRules, type Selection, suffixRules } from './metadata.ts';
import type { Compile } from './regexp.ts';

/** Says of every value and comment whether it is encrypted. */
export interface Selector {
  /**
   * @param path the mapping keys above the item
   * @param comments for each collection above the item, the comments since the last value there; of a comment, itself last
   */
  (path: readonly string[], comments: readonly (readonly string[])[], isComment: boolean): boolean;
  /** Throws `VALUE_UNSEALABLE` where the ciphertext of a comment would be taken for one that says what is left in clear (`sops.go`, Encrypt). */
  checkSealedComment(ciphertext: string, path: readonly string[]): void;
}

/** The rules given by name, in the order of sops; an empty one is none. More than one is an error, which is the caller's to tell. */
export const selectionsFrom = (textOf: (by: Selection['by']) => string): readonly Selection[] => [
  ...suffixRules.map((by) => ({ by, suffix: textOf(by) })).filter(({ suffix }) => suffix !== ''),
  ...patternRules.map((by) => ({ by, pattern: textOf(by) })).filter(({ pattern }) => pattern !== ''),
];

/** The regular expressions a selection needs; to be loaded before it is made a {@link selector}. */
export const patternsOf = (selection: Selection): readonly string[] =>
  'pattern' in selection && selection.pattern !== '' ? [selection.pattern] : [];

/** A selection at work (`sops.go`, shouldBeEncrypted); an empty suffix or pattern leaves nothing in clear. Throws `MALFORMED_PATTERN`. */
export function selector(selection: Selection, compile: Compile): Selector {
  if ('suffix' in selection) return unchecked(bySuffix(selection.by === 'encrypted_suffix', selection.suffix));
  if (selection.pattern === '') return unchecked(() => true);
  const matches = compile(selection.pattern);
  switch (selection.by) {
    case 'unencrypted_regex':
      return unchecked(byKey(false, matches));
    case 'encrypted_regex':
      return unchecked(byKey(true, matches));
    case 'unencrypted_comment_regex':
      return unlessCommented(matches);
    case 'encrypted_comment_regex':
      return unchecked(ifCommented(matches));
  }
}

type Matches = (text: string) => boolean;
type Selects = (path: readonly string[], comments: readonly (readonly string[])[], isComment: boolean) => boolean;

const unchecked = (selects: Selects): Selector => Object.assign(selects, { checkSealedComment: () => undefined });

const bySuffix =
  (encrypts: boolean, suffix: string): Selects =>
  (path) =>
    suffix === '' || hasSuffix(path, suffix) === encrypts;

function byKey(encrypts: boolean, matches: Matches): Selects {
  const quick = remembered(matches);
  return (path) => path.some(quick) === encrypts;
}

function hasSuffix(path: readonly string[], suffix: string): boolean {
  for (const key of path) if (key.endsWith(suffix)) return true;
  return false;
}

/** Keys and comments repeat: each is decided once. */
function remembered(matches: Matches): Matches {
  const known = new Map<string, boolean>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const now = matches(text);
    known.set(text, now);
    return now;
  };
}

function unlessCommented(matches: Matches): Selector {
  const quick = remembered(matches);
  const selects: Selects = (_, comments) => !comments.some((group) => group.some(quick));
  return Object.assign(selects, {
    checkSealedComment: (ciphertext: string, path: readonly string[]) => {
      if (ciphertext === '' || !matches(ciphertext)) return;
      throw new SopsError(
        'VALUE_UNSEALABLE',
        'the ciphertext of a comment matches unencrypted_comment_regex, so that it could not be decrypted any more',
        {
          path: showPath(path),
          hint: 'choose an expression that cannot match ENC[…]',
        },
      );
    },
  });
}

/** The comment that asks for encryption stays in clear itself, unless one before it asked already. */
function ifCommented(matches: Matches): Selects {
  const quick = remembered(matches);
  return (_, comments, isComment) =>
    comments.some((group, depth) => {
      const itself = isComment && depth === comments.length - 1;
      return (itself ? group.slice(0, -1) : group).some(quick);
    });
}
