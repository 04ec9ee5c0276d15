import { refuseCancelled } from './race.ts';

/**
 * Does all tasks, a few side by side, whether others fail or not. Throws `CANCELLED` as soon as the signal says so.
 * @param lanes how many at most run at once
 */
export async function settleAll<T>(
  tasks: readonly (() => Promise<T>)[],
  lanes: number,
  signal?: AbortSignal,
): Promise<readonly PromiseSettledResult<T>[]> {
  const results: PromiseSettledResult<T>[] = [];
  const waiting = tasks.entries();
  const lane = async (): Promise<void> => {
    for (const [at, task] of waiting) {
      refuseCancelled(signal);
      const [result] = await Promise.allSettled([task()]);
      results[at] = result;
    }
  };
  const all = Promise.all(Array.from({ length: Math.min(lanes, tasks.length) }, lane));
  await (signal === undefined ? all : Promise.race([all, cancellation(signal, all)]));
  return results;
}

async function cancellation(signal: AbortSignal, until: Promise<unknown>): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = (): void => {
      signal.removeEventListener('abort', stop);
      resolve();
    };
    signal.addEventListener('abort', stop);
    until.then(stop, stop);
  });
  refuseCancelled(signal);
  await until;
}

/** Does a step for every item, a few side by side, and gives what came of each in the order of the items, as soon as it is there. Throws what a step throws, in its turn. */
export async function* inOrder<T, U>(items: readonly T[], step: (item: T) => Promise<U>, lanes: number): AsyncGenerator<U> {
  const running: Promise<U>[] = [];
  const waiting = items.values();
  const start = (): void => {
    const next = waiting.next();
    if (next.done) return;
    const task = step(next.value);
    // A failure is told in its turn, and not before.
    task.catch(() => undefined);
    running.push(task);
  };
  for (let lane = 0; lane < lanes; lane++) start();
  for (let task = running.shift(); task !== undefined; task = running.shift()) {
    const result = await task;
    start();
    yield result;
  }
}
