/** Code units that steer a YAML scanner. */
export const code = {
  tab: 9,
  lineFeed: 10,
  carriageReturn: 13,
  space: 32,
  exclamation: 33,
  quote: 34,
  hash: 35,
  percent: 37,
  ampersand: 38,
  apostrophe: 39,
  asterisk: 42,
  plus: 43,
  comma: 44,
  hyphen: 45,
  dot: 46,
  zero: 48,
  nine: 57,
  colon: 58,
  less: 60,
  greater: 62,
  question: 63,
  at: 64,
  openBracket: 91,
  backslash: 92,
  closeBracket: 93,
  backquote: 96,
  openBrace: 123,
  bar: 124,
  closeBrace: 125,
} as const;

/** Space or tab. */
export const isBlank = (unit: number): boolean => unit === 32 || unit === 9;

/** A YAML 1.1 line break: LF, CR, NEL, LS or PS. */
export const isBreak = (unit: number): boolean =>
  unit === 10 || unit === 13 || (unit > 0x84 && (unit === 0x85 || unit === 0x2028 || unit === 0x2029));

/** A line break, or zero: behind the end of the text. */
export const isBreakOrEnd = (unit: number): boolean => unit === 0 || isBreak(unit);

/** A blank, a line break, or the end. */
export const isBlankOrEnd = (unit: number): boolean => unit === 32 || unit === 9 || unit === 0 || isBreak(unit);

/** Of what anchors and tag handles are made. */
export const isWord = (unit: number): boolean =>
  (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || isDigit(unit) || unit === 95 || unit === 45;

/** `0` to `9`. */
export const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57;

/** Finds the next place of a few characters for a reader that only moves on: each part of the text is searched once. */
class Finder {
  private readonly source: string;
  private readonly sought: string;
  private found = -1;

  constructor(source: string, sought: string) {
    this.source = source;
    this.sought = sought;
  }

  /** The first place at or behind `at`; the end of the text where there is none. */
  next(at: number): number {
    if (this.found < at) {
      const found = this.source.indexOf(this.sought, at);
      this.found = found < 0 ? this.source.length : found;
    }
    return this.found;
  }
}

/** Where lines of a text that has no tabs and only line feeds break, and where plain text ends in them. */
export class LineFinder {
  private readonly source: string;
  private readonly lineFeed: Finder;
  private readonly colon: Finder;
  private readonly hash: Finder;

  constructor(source: string) {
    this.source = source;
    this.lineFeed = new Finder(source, '\n');
    this.colon = new Finder(source, ': ');
    this.hash = new Finder(source, ' #');
  }

  /** The first `: `, ` #` (at its second character) or end of a line at or behind `at`; a colon that ends the line ends plain text as well. */
  plainEnd(at: number): number {
    const line = this.lineFeed.next(at);
    const end = Math.min(line, this.colon.next(at), this.hash.next(at) + 1);
    return end === line && end > at && this.source.charCodeAt(end - 1) === code.colon ? end - 1 : end;
  }
}

/** A place in a text that knows its line and column and how many breaks lie between it and the last visible character. */
export class Cursor {
  readonly source: string;
  readonly end: number;
  at: number;
  line = 0;
  /** Offset of the line's first character. */
  lineStart: number;
  /** Line breaks passed since the last character that was neither break nor blank. */
  breaks = 0;
  /** For texts that are all line feeds and spaces. */
  readonly lines: LineFinder | undefined;

  constructor(source: string) {
    this.source = source;
    this.lines = /[\t\r\u0085\u2028\u2029]/.test(source) ? undefined : new LineFinder(source);
    this.end = source.length;
    this.at = source.charCodeAt(0) === 0xfeff ? 1 : 0;
    this.lineStart = this.at;
  }

  get column(): number {
    return this.at - this.lineStart;
  }

  /** The code unit `ahead` of here; 0 behind the end. */
  peek(ahead = 0): number {
    const at = this.at + ahead;
    return at < this.end ? this.source.charCodeAt(at) : 0;
  }

  /** Passes visible characters. */
  skip(count = 1): void {
    this.at += count;
    this.breaks = 0;
  }

  /** Passes visible characters up to `at` on the same line. */
  skipTo(at: number): void {
    this.at = at;
    this.breaks = 0;
  }

  skipBlanks(): void {
    while (isBlank(this.peek())) this.at++;
  }

  /** Passes one line break, if one is here, and returns what it folds to: a line feed, or itself for LS and PS. */
  takeBreak(): string {
    const unit = this.peek();
    if (!isBreak(unit)) return '';
    this.at += unit === code.carriageReturn && this.peek(1) === code.lineFeed ? 2 : 1;
    this.line++;
    this.lineStart = this.at;
    this.breaks++;
    return unit > 0x2000 ? String.fromCharCode(unit) : '\n';
  }

  /** Whether `---` or `...`, alone or followed by a blank, stands here at the start of a line. */
  atDocumentMark(): boolean {
    const unit = this.peek();
    if (unit !== code.hyphen && unit !== code.dot) return false;
    return this.at === this.lineStart && this.peek(1) === unit && this.peek(2) === unit && isBlankOrEnd(this.peek(3));
  }
}
