import type { Context } from '../ports.ts';
import { whileWanted } from './while-wanted.ts';

/** Makes what is not there yet; ends at the signal, which is aborted when nobody waits any more. */
export type Make<T> = (signal: AbortSignal) => Promise<T>;
/** Answers what was made under a name for a context before, as long as it is good, else has it made; waits no longer than until the signal. */
export type Lasting<T> = (context: Context, name: string, make: Make<T>, signal?: AbortSignal) => Promise<T>;

/** Milliseconds for which a failure is remembered, so that many master keys do not each find it out, and a program that runs for long gets over it. */
const patience = 10_000;

/**
 * A memory for what is good for a while, as tokens are. Whoever asks while it is being made shares it; none of them who no longer waits takes it from the others, and what
 * nobody waits for is given up.
 */
export function rememberingWhile<T>(isGood: (value: T, now: Date) => boolean): Lasting<T> {
  const memory = new WeakMap<Context, Map<string, Shared<T>>>();
  return async (context, name, make, signal) => {
    const known = memory.get(context) ?? new Map<string, Shared<T>>();
    memory.set(context, known);
    const old = known.get(name);
    const shared = old?.isGood(isGood, context.now()) ? old : new Shared(make, context);
    known.set(name, shared);
    return shared.wait(signal);
  };
}

type Outcome<T> = { readonly value: T } | { readonly failedAt: number };

class Shared<T> {
  readonly #controller = new AbortController();
  readonly #work: Promise<T>;
  #outcome: Outcome<T> | undefined;
  #waiting = 0;

  constructor(make: Make<T>, { now }: Context) {
    this.#work = make(this.#controller.signal);
    void this.#note(now);
  }

  async #note(now: Context['now']): Promise<void> {
    try {
      this.#outcome = { value: await this.#work };
    } catch {
      this.#outcome = { failedAt: now().getTime() };
    }
  }

  isGood(isGood: (value: T, now: Date) => boolean, now: Date): boolean {
    if (this.#controller.signal.aborted) return false;
    if (this.#outcome === undefined) return true;
    return 'value' in this.#outcome ? isGood(this.#outcome.value, now) : now.getTime() < this.#outcome.failedAt + patience;
  }

  async wait(signal: AbortSignal | undefined): Promise<T> {
    this.#waiting += 1;
    try {
      return await whileWanted(this.#work, signal);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0 && this.#outcome === undefined) this.#controller.abort();
    }
  }
}
