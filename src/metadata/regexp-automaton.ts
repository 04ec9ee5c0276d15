import { contains, type Range } from './regexp-class.ts';
import type { Part } from './regexp-syntax.ts';

/** A state: what it waits for, and where it leads. */
type State =
  | { readonly kind: 'character'; readonly ranges: readonly Range[]; readonly next: number }
  | { readonly kind: 'start' | 'end'; readonly next: number }
  | { readonly kind: 'fork'; readonly next: number[] }
  | { readonly kind: 'match' };

/** A search anywhere in a text: all states at once (Thompson), so its time grows with the text and the pattern and with nothing else. */
export function automaton(part: Part): (text: string) => boolean {
  const states: State[] = [{ kind: 'match' }];
  const start = build(part, 0, states);
  return (text) => new Run(states, text.length).search(text, start);
}

function add(states: State[], state: State): number {
  states.push(state);
  return states.length - 1;
}

/** Adds the states of a part, backwards from where it leads; answers where it begins. */
function build(part: Part, next: number, states: State[]): number {
  switch (part.kind) {
    case 'character':
      return add(states, { kind: 'character', ranges: part.ranges, next });
    case 'start':
    case 'end':
      return add(states, { kind: part.kind, next });
    case 'sequence':
      return part.parts.reduceRight((after, inner) => build(inner, after, states), next);
    case 'choice':
      return add(states, { kind: 'fork', next: part.options.map((option) => build(option, next, states)) });
    case 'repeat':
      return buildRepeat(part, next, states);
  }
}

function buildRepeat({ part, sign }: Extract<Part, { kind: 'repeat' }>, next: number, states: State[]): number {
  if (sign === '?') return add(states, { kind: 'fork', next: [build(part, next, states), next] });
  const ways = [next];
  const loop = add(states, { kind: 'fork', next: ways });
  const body = build(part, loop, states);
  ways.push(body);
  return sign === '*' ? loop : body;
}

/** One search. */
class Run {
  readonly #states: readonly State[];
  readonly #length: number;
  /** For each state, the last place in the text (from 1) at which it was entered. */
  readonly #entered: Int32Array;
  #matched = false;

  constructor(states: readonly State[], length: number) {
    this.#states = states;
    this.#length = length;
    this.#entered = new Int32Array(states.length);
  }

  search(text: string, start: number): boolean {
    let waiting: number[] = [];
    this.#enter(start, 0, waiting);
    for (let at = 0; at < text.length && !this.#matched;) {
      const code = text.codePointAt(at) ?? 0;
      at += code > 0xff_ff ? 2 : 1;
      const after: number[] = [];
      for (const index of waiting) {
        const state = this.#states[index];
        if (state?.kind === 'character' && contains(state.ranges, code)) this.#enter(state.next, at, after);
      }
      this.#enter(start, at, after);
      waiting = after;
    }
    return this.#matched;
  }

  /** Enters a state and all it leads to without a character. */
  #enter(first: number, at: number, waiting: number[]): void {
    const pending = [first];
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      if (this.#entered[index] === at + 1) continue;
      this.#entered[index] = at + 1;
      const state = this.#states[index];
      if (state?.kind === 'character') waiting.push(index);
      else if (state?.kind === 'match') this.#matched = true;
      else if (state) pending.push(...this.#reached(state, at));
    }
  }

  #reached(state: Exclude<State, { kind: 'character' | 'match' }>, at: number): readonly number[] {
    if (state.kind === 'fork') return state.next;
    return at === (state.kind === 'start' ? 0 : this.#length) ? [state.next] : [];
  }
}
