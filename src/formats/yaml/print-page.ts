import { indentLines, literalHeader, spellDouble, spellScalar, stringStyle } from './spell.ts';

/** Comments that wait to be written, as go-yaml's emitter holds them: a later one of a kind takes the place of an earlier that found no room. */
interface Waiting {
  head: string;
  line: string;
  foot: string;
  tail: string;
  keyLine: string;
}

const lineBreaks = /[\n\r\x85\u2028\u2029]/;
const severalLines = /[\n\r\x85\u2028\u2029][^\n\r\x85\u2028\u2029]/;

/** The page under go-yaml's pen (`emitterc.go`): what is written, where the pen is, and the comments that wait. */
export class Page {
  text = '';
  /** The column of the collection being written; -1 outside of any. */
  indent = -1;
  readonly #waiting: Waiting = { head: '', line: '', foot: '', tail: '', keyLine: '' };
  readonly #step: number;
  #column = 0;
  /** The last character written is white. */
  #white = true;
  /** Nothing but indentation and dashes stands on the line. */
  #fresh = true;
  /** Where a foot comment has just been written: what comes at the same column is set off by an empty line. */
  #footIndent = -1;
  readonly #lost: string[] = [];

  /** @param step columns a level, as go-yaml takes it: 2 where it is not from 2 to 9 */
  constructor(step: number) {
    this.#step = step < 2 || step > 9 ? 2 : step;
  }

  /** Lets a comment wait for its place. */
  wait(place: keyof Waiting, comment: string): void {
    if (this.#waiting[place] !== '') this.#lost.push(this.#waiting[place]);
    this.#waiting[place] = comment;
  }

  /** The comments that found no place, those that still wait among them. */
  lostComments(): readonly string[] {
    const lost: readonly string[] = [...this.#lost, ...Object.values(this.#waiting)];
    return lost.flatMap((comment) => (comment === '' ? [] : comment.split('\n').map((line) => line.slice(1))));
  }

  /** The column one level in; an item of a sequence stands behind its dash. */
  deeper(inItem: boolean, scalar: boolean): number {
    if (this.indent < 0) return scalar ? this.#step : 0;
    return inItem ? this.indent + 2 : this.#step * Math.floor((this.indent + this.#step) / this.#step);
  }

  /** Moves to the indentation, on a new line unless there already. */
  startLine(): void {
    const indent = Math.max(this.indent, 0);
    if (!this.#fresh || this.#column > indent || (this.#column === indent && !this.#white)) this.#break();
    if (this.#footIndent === indent) this.#break();
    if (this.#column < indent) {
      this.text += ' '.repeat(indent - this.#column);
      this.#column = indent;
    }
    this.#white = true;
    this.#footIndent = -1;
  }

  /** Writes the brace or bracket that opens an empty collection. go-yaml would leave it at column 0 where a comment has just ended the line, and real sops could not read its own file. */
  openEmpty(mark: string, atRoot: boolean): void {
    if (this.#column === 0 && !atRoot) this.startLine();
    this.word(mark);
    this.#white = true;
  }

  /** A `-`, `?` or `:` that a collection may follow on the same line. */
  bullet(mark: string): void {
    const fresh = this.#fresh;
    this.word(mark);
    this.#fresh = fresh;
  }

  /** Writes with a space before it where there is none. */
  word(word: string): void {
    this.glue(this.#white ? word : ` ${word}`);
  }

  /** Writes close to what stands before it. */
  glue(word: string): void {
    this.text += word;
    this.#column += word.length;
    this.#white = false;
    this.#fresh = false;
  }

  /** Writes a string in the style go-yaml gives it in block context. */
  string(text: string, inItem: boolean): void {
    const style = stringStyle(text);
    const indent = this.deeper(inItem, true);
    // go-yaml takes the plain word for a merge key when sops has it encode the string, and marks it as one.
    if (text === '<<') this.word('!!merge');
    if (style === 'plain') this.word(text);
    else if (style !== 'literal') this.word(spellScalar({ type: 'str', text }, { flow: false, indent, hint: 0 }));
    // Of several comments behind a literal's header all but the first would be lines of the literal, and real sops would read another value.
    else if (severalLines.test(this.#waiting.line)) this.word(spellDouble(text));
    else this.#literal(text, indent);
  }

  #literal(text: string, indent: number): void {
    this.word(literalHeader(text, this.#hint(text, indent)));
    if (this.#waiting.line === '') this.#break();
    else this.#at(indent, () => this.writeLine());
    this.text += indentLines(text, indent);
    this.#fresh = lineBreaks.test(text.slice(-1));
    this.#column = this.#fresh ? 0 : 1;
    this.#white = true;
  }

  /** go-yaml would always say the indentation step here, which is wrong in lists unless the text is empty lines alone: real sops could not read its own file. */
  #hint(text: string, indent: number): number {
    return /[^\n\u2028\u2029]/.test(text) ? indent - Math.max(this.indent, 0) : this.#step;
  }

  /** Writes the comments that wait for a place above an item. */
  writeHead(): void {
    const waiting = this.#waiting;
    if (waiting.tail !== '') {
      this.startLine();
      this.#comment(waiting.tail);
      this.#footIndent = Math.max(this.indent, 0);
      waiting.tail = '';
    }
    if (waiting.head !== '') {
      this.startLine();
      this.#comment(waiting.head);
      waiting.head = '';
    }
  }

  /** Writes the comments that wait for a place behind an item. */
  writeLine(): void {
    if (this.#waiting.line === '') return;
    if (!this.#white) this.text += ' ';
    this.#comment(this.#waiting.line);
    this.#waiting.line = '';
  }

  /** Writes the comments that wait for a place below an item. */
  writeFoot(): void {
    if (this.#waiting.foot === '') return;
    this.startLine();
    this.#comment(this.#waiting.foot);
    this.#footIndent = Math.max(this.indent, 0);
    this.#waiting.foot = '';
  }

  /** Before a key: comments that still wait for a place behind something wait for the key's value. */
  holdLine(): void {
    if (this.#waiting.line === '') return;
    this.wait('keyLine', this.#waiting.line);
    this.#waiting.line = '';
  }

  /** Before a value: what waits for it finds its place behind a scalar without comments of its own, or before a collection. */
  releaseLine(scalar: boolean): void {
    const waiting = this.#waiting;
    if (waiting.keyLine === '') return;
    const own = waiting.line;
    if (scalar && own !== '') return;
    waiting.line = waiting.keyLine;
    waiting.keyLine = '';
    if (scalar) return;
    this.writeLine();
    waiting.line = own;
  }

  /** Marks the start of another document. */
  separate(): void {
    this.startLine();
    this.word('---');
    this.startLine();
  }

  /** Ends a document. */
  end(): void {
    // go-yaml sets the last comments off by an empty line, which a literal that keeps its line breaks would take for its own: real sops would read another value.
    if (!/^[\n\u2028\u2029]{2}$/.test(this.text.slice(-2))) this.#footIndent = 0;
    this.writeFoot();
    this.#footIndent = -1;
    this.startLine();
  }

  #at(indent: number, write: () => void): void {
    const before = this.indent;
    this.indent = indent;
    write();
    this.indent = before;
  }

  #break(): void {
    this.text += '\n';
    this.#column = 0;
    this.#fresh = true;
  }

  /** Writes a comment, whose lines may be several, and ends its line. */
  #comment(comment: string): void {
    let first = true;
    for (const piece of comment.split(/([\n\r\x85\u2028\u2029])/)) {
      if (lineBreaks.test(piece)) {
        this.text += piece;
        this.#column = 0;
        this.#fresh = true;
      } else if (piece !== '') {
        if (!first) this.startLine();
        this.text += piece.startsWith('#') ? piece : `# ${piece}`;
        this.#column += piece.length;
        this.#fresh = false;
      }
      first = false;
    }
    if (!this.#fresh) this.#break();
    this.#white = true;
  }
}
