import { SopsError } from '../errors.ts';

/** What came of a runner: what it gave, why it failed, or undefined where it was not started or not waited for. */
export type Finish<T> = { readonly value: T } | { readonly error: unknown } | undefined;

/** How many start at once: a file may ask for any number. */
const startLanes = 8;

/** How a race is run. */
export interface Rules<T> {
  /** How many must succeed; as many run from the start, up to 8. */
  readonly needed: number;
  /** After how many milliseconds without an answer the next one starts beside the others; a failure starts it at once. */
  readonly headStart: number;
  /** Ends it all. */
  readonly signal?: AbortSignal | undefined;
  /** Takes what comes too late to be wanted. */
  readonly discard: (value: T) => void;
}

/** Something that may succeed or fail, and that stops when its signal says so. */
export type Runner<T> = (signal: AbortSignal) => Promise<T>;

/**
 * Starts runners in their order until enough of them have succeeded: then no other is started, and those that still run are aborted.
 * Answers one finish a runner. Throws `CANCELLED` where the signal ends it.
 */
export async function race<T>(runners: readonly Runner<T>[], rules: Rules<T>): Promise<readonly Finish<T>[]> {
  refuseCancelled(rules.signal);
  return new Promise((resolve, reject) => {
    new Race(runners, rules, resolve, reject).start();
  });
}

/** Throws `CANCELLED` where the user has ended the run. */
export function refuseCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new SopsError('CANCELLED', 'user cancelled the operation', { cause: signal.reason });
}

class Race<T> {
  readonly #runners: readonly Runner<T>[];
  readonly #rules: Rules<T>;
  readonly #resolve: (finishes: readonly Finish<T>[]) => void;
  readonly #reject: (error: unknown) => void;
  readonly #finishes: Finish<T>[];
  readonly #stop = new AbortController();
  #started = 0;
  #succeeded = 0;
  #failed = 0;
  #over = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    runners: readonly Runner<T>[],
    rules: Rules<T>,
    resolve: (finishes: readonly Finish<T>[]) => void,
    reject: (error: unknown) => void,
  ) {
    this.#runners = runners;
    this.#rules = rules;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#finishes = runners.map(() => undefined);
  }

  start(): void {
    this.#rules.signal?.addEventListener('abort', this.#cancel);
    if (this.#runners.length === 0) return this.#end();
    for (let at = 0; at < Math.min(this.#rules.needed, startLanes); at++) this.#startNext();
    return undefined;
  }

  readonly #cancel = (): void => {
    if (this.#over) return;
    this.#close();
    try {
      refuseCancelled(this.#rules.signal);
    } catch (error) {
      this.#reject(error);
    }
  };

  #startNext(): void {
    const at = this.#started;
    const runner = this.#runners[at];
    if (this.#over || runner === undefined) return;
    this.#started += 1;
    void this.#run(runner, at);
    clearTimeout(this.#timer);
    if (this.#started < this.#runners.length && Number.isFinite(this.#rules.headStart))
      this.#timer = setTimeout(() => {
        this.#startNext();
      }, this.#rules.headStart);
  }

  async #run(runner: Runner<T>, at: number): Promise<void> {
    try {
      const value = await runner(this.#stop.signal);
      if (this.#over) return this.#rules.discard(value);
      this.#finishes[at] = { value };
      this.#succeeded += 1;
      // Too few are on their way where more are needed than start at once.
      if (this.#started - this.#failed < this.#rules.needed) this.#startNext();
    } catch (error) {
      if (this.#over) return undefined;
      this.#finishes[at] = { error };
      this.#failed += 1;
      this.#startNext();
    }
    if (this.#succeeded >= this.#rules.needed || this.#succeeded + this.#failed === this.#runners.length) this.#end();
    return undefined;
  }

  #end(): void {
    this.#close();
    this.#resolve(this.#finishes);
  }

  #close(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#rules.signal?.removeEventListener('abort', this.#cancel);
    this.#stop.abort();
  }
}
