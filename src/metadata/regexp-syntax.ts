import { classOf, folded, negated, type Range, range } from './regexp-class.ts';

/** A part of a regular expression, as far as the automaton runs it. */
export type Part =
  | { readonly kind: 'character'; readonly ranges: readonly Range[] }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence'; readonly parts: readonly Part[] }
  | { readonly kind: 'choice'; readonly options: readonly Part[] }
  | { readonly kind: 'repeat'; readonly part: Part; readonly sign: Sign };

type Sign = '?' | '*' | '+';

/** A rule that people write is shorter; it bounds depth and size of the automaton as well. */
const maxLength = 256;

/** Something outside the plain part of the syntax, or no regular expression at all. */
class NotPlain extends Error {}

/**
 * Reads the plain part of Go's syntax: literals, `.`, `^`, `$`, classes, `\d`, `\w`, `\s`, escaped punctuation, groups, `|`, `?`, `*`, `+`, and a leading `(?i)` before ASCII.
 * Undefined for all else (counted repetition, other flags, `\b`, Unicode and POSIX classes, what does not compile).
 */
export function parsePlain(pattern: string): Part | undefined {
  if (pattern.length > maxLength || /[\uD800-\uDFFF]/u.test(pattern)) return undefined;
  try {
    return new Parser(pattern).parse();
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

class Parser {
  readonly #characters: readonly string[];
  readonly #folds: boolean;
  #at = 0;

  constructor(pattern: string) {
    this.#folds = pattern.startsWith('(?i)');
    this.#characters = Array.from(this.#folds ? pattern.slice(4) : pattern);
  }

  parse(): Part {
    const part = this.#choice();
    if (this.#at < this.#characters.length) throw new NotPlain();
    return part;
  }

  get #coming(): string | undefined {
    return this.#characters[this.#at];
  }

  get #following(): string | undefined {
    return this.#characters[this.#at + 1];
  }

  #next(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw new NotPlain();
    return character;
  }

  #take(character: string): boolean {
    if (this.#coming !== character) return false;
    this.#at++;
    return true;
  }

  #choice(): Part {
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    return { kind: 'choice', options };
  }

  #sequence(): Part {
    const parts: Part[] = [];
    while (this.#coming !== undefined && this.#coming !== '|' && this.#coming !== ')') parts.push(this.#repeated());
    return { kind: 'sequence', parts };
  }

  #repeated(): Part {
    const part = this.#atom();
    const sign = this.#sign();
    if (sign === undefined) return part;
    if (part.kind === 'start' || part.kind === 'end') throw new NotPlain();
    // A lazy repetition finds the same texts; one more sign is an error.
    this.#take('?');
    if (this.#sign() !== undefined) throw new NotPlain();
    return { kind: 'repeat', part, sign };
  }

  #sign(): Sign | undefined {
    const sign = this.#coming;
    if (sign === '{') throw new NotPlain();
    if (sign !== '?' && sign !== '*' && sign !== '+') return undefined;
    this.#at++;
    return sign;
  }

  #atom(): Part {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'character', ranges: this.#class() };
      case '\\':
        return { kind: 'character', ranges: this.#escape() };
      case '.':
        return { kind: 'character', ranges: negated([range('\n', '\n')]) };
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      default:
        if ('?*+{'.includes(character)) throw new NotPlain();
        return { kind: 'character', ranges: this.#cased([range(character, character)]) };
    }
  }

  #group(): Part {
    if (this.#take('?') && !this.#take(':')) throw new NotPlain();
    const part = this.#choice();
    if (!this.#take(')')) throw new NotPlain();
    return part;
  }

  /** `[…]`, behind its bracket; a closing bracket that comes first stands for itself. */
  #class(): readonly Range[] {
    const isNegated = this.#take('^');
    const ranges: Range[] = [];
    do ranges.push(...this.#classItem());
    while (!this.#take(']'));
    return isNegated ? negated(ranges) : ranges;
  }

  #classItem(): readonly Range[] {
    if (this.#coming === '[' && this.#following === ':') throw new NotPlain();
    if (this.#coming === '\\' && classOf(this.#following?.toLowerCase() ?? '')) {
      this.#at++;
      return this.#escape();
    }
    const first = this.#classCharacter();
    if (this.#coming !== '-' || this.#following === ']') return this.#cased([range(first, first)]);
    this.#at++;
    const both = range(first, this.#classCharacter());
    if (both[1] < both[0]) throw new NotPlain();
    return this.#cased([both]);
  }

  #classCharacter(): string {
    return this.#take('\\') ? this.#escaped() : this.#next();
  }

  /** What stands behind a backslash. */
  #escape(): readonly Range[] {
    const letter = this.#coming ?? '';
    const ranges = classOf(letter.toLowerCase());
    if (!ranges) {
      const character = this.#escaped();
      return this.#cased([range(character, character)]);
    }
    this.#at++;
    return letter === letter.toLowerCase() ? this.#cased(ranges) : negated(this.#cased(ranges));
  }

  /** ASCII punctuation stands for itself; letters and digits mean more. */
  #escaped(): string {
    const character = this.#next();
    if (!/^[!-/:-@[-`{-~]$/.test(character)) throw new NotPlain();
    return character;
  }

  #cased(ranges: readonly Range[]): readonly Range[] {
    if (!this.#folds) return ranges;
    const both = folded(ranges);
    if (!both) throw new NotPlain();
    return both;
  }
}
