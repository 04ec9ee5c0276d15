import { HttpFailure } from './http-failure.ts';

/** Waits no longer than until a signal; what is waited for goes on. Throws {@link HttpFailure} (`stopped`) at the signal. */
export async function whileWanted<T>(work: Promise<T>, signal: AbortSignal | undefined, what = 'the login'): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new HttpFailure('stopped', `${what} was given up`));
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
