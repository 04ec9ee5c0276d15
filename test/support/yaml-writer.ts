import { below, once, pick } from './random.ts';
import type { Random } from './random.ts';
import { keys, oddKeys, scalars } from './yaml-material.ts';

/** Writes one document after another; anchors live on. */
export class YamlWriter {
  private readonly random: Random;
  /** Those that may be named, and those whose nodes may not have ended. */
  private anchors: readonly string[] = [];
  private readonly begun: string[] = [];
  private readonly begunMappings: string[] = [];
  private mergeable: readonly string[] = [];
  private count = 0;
  private step: number;
  private chatty: number;

  constructor(random: Random) {
    this.random = random;
    this.step = 2;
    this.chatty = 3;
  }

  document(explicit: boolean): string {
    const { random } = this;
    this.step = pick(random, [2, 2, 4, 3, 1]);
    this.chatty = pick(random, [1, 2, 3, 6, 1000]);
    let text = this.gap(0);
    if (once(random, 15)) text += this.directives();
    else if (explicit || once(random, 5)) text += `---${this.lineEnd()}`;
    text += this.gap(0);
    if (!once(random, 40)) text += this.mapping(0, 0);
    else if (once(random, 2)) text += pick(random, ['~\n', '{}\n', '{a: 1} # c\n', '&r\n', '!!map\n']);
    text += this.gap(0);
    if (once(random, 10)) text += `...${this.lineEnd()}`;
    return text;
  }

  private directives(): string {
    const { random } = this;
    const lines = ['%YAML 1.1', '%TAG !e! tag:example.org,2000:', '%TAG ! !x-'].filter(() => once(random, 2));
    return `${lines.map((line) => line + this.lineEnd()).join('')}---${this.lineEnd()}`;
  }

  private comment(): string {
    const { random } = this;
    this.count++;
    return `#${pick(random, ['', ' ', ' ', '  '])}${pick(random, ['c', 'note', 'key: value', '- x', 'ünï 😀', '# #', 'a "b" \'c'])}${this.count}`;
  }

  /** The rest of a line: nothing, blanks, or a comment. */
  private lineEnd(): string {
    const { random } = this;
    if (once(random, this.chatty * 2))
      return `${pick(random, [' ', '  '])}${once(random, 60) ? '\t' : ''}${this.comment()}${once(random, 8) ? ' ' : ''}\n`;
    return once(random, 25) ? ' \n' : '\n';
  }

  /** Lines between two items: comments and empty lines, mostly as deep as the items. */
  private gap(indent: number): string {
    const { random } = this;
    let text = '';
    if (!once(random, this.chatty)) return once(random, 12) ? '\n' : text;
    for (let left = 1 + below(random, 4); left > 0; left--) {
      if (once(random, 3)) text += once(random, 6) ? '  \n' : '\n';
      else text += `${' '.repeat(Math.max(0, indent + pick(random, [0, 0, 0, 0, 0, -this.step, this.step, 1, -1, 2])))}${this.comment()}\n`;
    }
    return text;
  }

  private mapping(indent: number, depth: number): string {
    const { random } = this;
    const used = new Set<string>();
    let text = '';
    for (let left = 1 + below(random, depth === 0 ? 6 : 4); left > 0; left--) {
      if (this.mergeable.length > 0 && !used.has('<<') && once(random, 8)) {
        used.add('<<');
        text += `${text === '' ? '' : ' '.repeat(indent)}<<: ${this.merge()}${this.lineEnd()}`;
        continue;
      }
      const key = this.key(used);
      text += text === '' ? '' : this.gap(indent);
      text += ' '.repeat(text === '' ? 0 : indent);
      text += once(random, 30) ? this.explicitPair(key, indent, depth) : `${key}:${this.value(indent, depth)}`;
      if (depth === 0) {
        this.anchors = [...this.begun];
        this.mergeable = [...this.begunMappings];
      }
    }
    return text + (once(random, 3) ? this.gap(indent) : '');
  }

  private explicitPair(key: string, indent: number, depth: number): string {
    const { random } = this;
    const between = this.lineEnd() + (once(random, 3) ? this.gap(indent) : '');
    if (once(random, 6)) return `? ${key}${between}`;
    return `? ${key}${between}${' '.repeat(indent)}:${this.value(indent, depth)}`;
  }

  private merge(): string {
    const { random } = this;
    const name = (): string => `*${this.mergeable[below(random, this.mergeable.length)]}`;
    return once(random, 3) ? `[${name()}, ${name()} ]` : name();
  }

  private key(used: Set<string>): string {
    const { random } = this;
    const name = once(random, 12) ? pick(random, once(random, 20) ? oddKeys : keys) : `k${below(random, 30)}`;
    if (used.has(name) && !once(random, 60)) return this.key(used);
    used.add(name);
    return once(random, 10) && /^[\w ]+$/.test(name)
      ? pick(random, [`"${name}"`, `'${name}'`, `&k${this.count++} ${name}`, `!!str ${name}`])
      : name;
  }

  /** What stands behind a colon, its line break included. */
  private value(indent: number, depth: number): string {
    const { random } = this;
    const deeper = depth < 5 ? below(random, 10) : 9;
    if (deeper < 2) return this.nested(indent, depth, 'mapping');
    if (deeper < 4) return this.nested(indent, depth, 'sequence');
    if (deeper < 5) return this.blockScalar(indent);
    if (once(random, 20)) return this.lineEnd() + ' '.repeat(indent + this.step) + this.scalar(indent) + this.lineEnd();
    return ` ${this.scalar(indent)}${this.lineEnd()}`;
  }

  private nested(indent: number, depth: number, kind: 'mapping' | 'sequence'): string {
    const { random } = this;
    const inner = indent + (kind === 'sequence' && once(random, 2) ? 0 : this.step);
    const head = `${this.properties(kind === 'mapping')}${this.lineEnd()}${this.gap(inner)}${' '.repeat(inner)}`;
    return head + (kind === 'mapping' ? this.mapping(inner, depth + 1) : this.sequence(inner, depth + 1));
  }

  private properties(isMapping = false): string {
    const { random } = this;
    if (!once(random, 15)) return '';
    const tag = pick(random, ['', '', ' !t', ' !!map', ' !<tag:x,2000:y>']);
    return once(random, 2) ? `${tag} &${this.newAnchor(isMapping)}` : ` &${this.newAnchor(isMapping)}${tag}`;
  }

  private newAnchor(isMapping = false): string {
    const name = `n${this.count++}`;
    this.begun.push(name);
    if (isMapping) this.begunMappings.push(name);
    return name;
  }

  private sequence(indent: number, depth: number): string {
    const { random } = this;
    let text = '';
    for (let left = 1 + below(random, 4); left > 0; left--) {
      if (text !== '') text += this.gap(indent) + ' '.repeat(indent);
      text += `-${this.item(indent, depth)}`;
    }
    return text + (once(random, 3) ? this.gap(indent) : '');
  }

  private item(indent: number, depth: number): string {
    const { random } = this;
    const kind = depth < 5 ? below(random, 10) : 9;
    const space = pick(random, [1, 1, 1, 3]);
    const inner = indent + 1 + space;
    if (kind === 0) return `${' '.repeat(space)}${this.sequence(inner, depth + 1)}`;
    if (kind < 3) return `${' '.repeat(space)}${this.mapping(inner, depth + 1)}`;
    if (kind === 3) {
      const deeper = indent + 1 + below(random, 3);
      const collection = once(random, 2) ? this.mapping(deeper, depth + 1) : this.sequence(deeper, depth + 1);
      return `${this.properties()}${this.lineEnd()}${this.gap(deeper)}${' '.repeat(deeper)}${collection}`;
    }
    if (kind === 4) return this.blockScalar(indent);
    if (once(random, 20)) return this.lineEnd();
    return ` ${this.scalar(indent)}${this.lineEnd()}`;
  }

  private blockScalar(indent: number): string {
    const { random } = this;
    const by = 1 + below(random, 4);
    const marks = pick(random, ['', '', '-', '+', `${by}`, `${by}-`, `+${by}`]);
    const lines: string[] = [];
    for (let left = below(random, 4); left > 0; left--) {
      const line = pick(random, ['text', 'two words', '# no comment', '  more', 'key: value', '- item', '\ttab', 'é 😀', '']);
      const calm = lines.length === 0 ? line.trim() : line;
      lines.push(calm === '' ? '' : ' '.repeat(indent + by) + calm);
    }
    const body = lines.map((line) => `${line}\n`).join('');
    return `${this.properties()} ${pick(random, ['|', '>'])}${marks}${this.lineEnd()}${body}${once(random, 4) ? '\n' : ''}`;
  }

  /** A scalar, alias or flow collection, without the end of its line. */
  private scalar(indent: number): string {
    const { random } = this;
    const [alias] = this.anchors.slice(below(random, this.anchors.length));
    if (alias !== undefined && once(random, 8)) return `*${alias}`;
    if (once(random, 6)) return this.flow(indent, 0);
    if (once(random, 12)) return this.overLines(indent);
    const text = pick(random, scalars);
    if (!once(random, 12)) return text;
    const tagged = pick(random, ['!t ', '!!str ', '! ', '!<tag:yaml.org,2002:str> ', '']) + (/^[&*!]/.test(text) ? 'x' : text);
    return once(random, 2) ? `&${this.newAnchor()} ${tagged}` : tagged;
  }

  private overLines(indent: number): string {
    const { random } = this;
    const wrap = `${pick(random, ['\n', '\n\n', ' \n', '\n\n\n'])}${' '.repeat(indent + this.step)}`;
    const text = `one${wrap}two${wrap}three`;
    return pick(random, [text, `"${text}"`, `'${text}'`, `"a \\${wrap}b"`, `'it''s${wrap}'`]);
  }

  private flow(indent: number, depth: number): string {
    const { random } = this;
    const isMapping = once(random, 2);
    const gapOrBreak = (): string => {
      if (!once(random, 5)) return pick(random, ['', ' ', ' ']);
      return `${this.lineEnd()}${once(random, 3) ? this.gap(indent + 2) : ''}${' '.repeat(indent + pick(random, [1, 2, 4]))}`;
    };
    const items: string[] = [];
    for (let left = below(random, 4); left > 0; left--) {
      const value = depth < 3 && once(random, 5) ? this.flow(indent, depth + 1) : this.flowScalar();
      items.push(
        isMapping ? `${pick(random, ['k', 'l', 'm', 'n', 'o-'])}${left}: ${value}` : once(random, 12) ? `p${left}: ${value}` : value,
      );
    }
    const body =
      items.map((item) => `${gapOrBreak()}${item}${gapOrBreak()}`).join(',') +
      (items.length > 0 && once(random, 6) ? `,${gapOrBreak()}` : gapOrBreak());
    return isMapping ? `{${body}}` : `[${body}]`;
  }

  private flowScalar(): string {
    const { random } = this;
    const [alias] = this.anchors.slice(below(random, this.anchors.length));
    if (alias !== undefined && once(random, 8)) return `*${alias} `;
    const text = pick(random, scalars);
    return /[,[\]{}?]/.test(text) ? 'plain' : text;
  }
}
