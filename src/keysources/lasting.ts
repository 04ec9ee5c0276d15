import type { Context } from '../ports.ts';
import { HttpFailure } from './http-failure.ts';

/** Answers what was made under a name for a context before, as long as it is good, else has it made. */
export type Lasting<T> = (context: Context, name: string, make: () => Promise<T>) => Promise<T>;

/**
 * A memory for what is good for a while, as tokens are. Who asks while it is being made waits for it and shares the outcome, but for this: what was given up by a signal
 * is made anew for those who did not give up. Failures are not kept.
 */
export function rememberingWhile<T>(isGood: (value: T, now: Date) => boolean): Lasting<T> {
  const memory = new WeakMap<Context, Map<string, Promise<T>>>();
  return async (context, name, make) => {
    const known = memory.get(context) ?? new Map<string, Promise<T>>();
    memory.set(context, known);
    for (let old = known.get(name); old !== undefined; old = known.get(name)) {
      const outcome = await settled(old);
      if (outcome !== undefined && isGood(outcome.value, context.now())) return outcome.value;
      if (known.get(name) === old) known.delete(name);
    }
    const making = make();
    known.set(name, making);
    try {
      return await making;
    } catch (error) {
      if (known.get(name) === making) known.delete(name);
      throw error;
    }
  };
}

/** What was made, or undefined where that was given up. */
async function settled<T>(making: Promise<T>): Promise<{ readonly value: T } | undefined> {
  try {
    return { value: await making };
  } catch (error) {
    if (error instanceof HttpFailure && error.reason === 'stopped') return undefined;
    throw error;
  }
}
