import type { ChildProcess } from 'node:child_process';

/** How long a subprocess may take to end after it was asked to, in milliseconds. */
const patience = 1000;

/** Asks a subprocess to end, and makes it where it does not; answers once it has ended. It keeps this process alive no longer than that. */
export function end(child: ChildProcess, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), patience);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill(signal);
  });
}

/** One signal for several: aborted as soon as one of them is. A new one each time, since Node warns of many listeners on one signal. */
export function either(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length === 0 ? undefined : AbortSignal.any(given);
}

/** Calls `stop` once a signal is aborted, at once where it is already; answers a function that has it be. */
export function whenAborted(signal: AbortSignal | undefined, stop: () => void): () => void {
  if (signal?.aborted) stop();
  else signal?.addEventListener('abort', stop, { once: true });
  return () => signal?.removeEventListener('abort', stop);
}

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const taken = new Map<ChildProcess, () => Promise<void>>();

async function receive(signal: NodeJS.Signals): Promise<void> {
  const stops = [...taken.values()];
  for (const child of taken.keys()) letGo(child);
  await Promise.all(stops.map(async (stop) => stop()));
  // Where nobody else listens, the signal does now what it would have done.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

/** Has a signal that ends this process end a subprocess first, which may not want to. */
export function takeAlong(child: ChildProcess, stop: () => Promise<void>): void {
  if (taken.size === 0) for (const signal of endingSignals) process.on(signal, receive);
  taken.set(child, stop);
}

/** Leaves a subprocess to itself again. */
export function letGo(child: ChildProcess): void {
  if (taken.delete(child) && taken.size === 0) for (const signal of endingSignals) process.off(signal, receive);
}
