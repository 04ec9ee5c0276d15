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

/** One signal for several: aborted as soon as one of them is. */
export function either(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}

/** Calls `stop` once a signal is aborted, at once where it is already. */
export function whenAborted(signal: AbortSignal | undefined, stop: () => void): void {
  if (signal?.aborted) stop();
  else signal?.addEventListener('abort', stop, { once: true });
}
