import type { Context } from '../ports.ts';

/** Answers what was made under a name for a context before, else has it made: what costs a question, a command or a connection is not done twice in a run. */
export type Once<T> = (context: Context, name: string, make: () => Promise<T>) => Promise<T>;

/** A memory that lives as long as its contexts; failures are remembered too. */
export function rememberingOnce<T>(): Once<T> {
  const memory = new WeakMap<Context, Map<string, Promise<T>>>();
  return async (context, name, make) => {
    const known = memory.get(context) ?? new Map<string, Promise<T>>();
    memory.set(context, known);
    const made = known.get(name) ?? make();
    known.set(name, made);
    return made;
  };
}
