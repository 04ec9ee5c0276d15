import { Explained } from './explain.ts';

/** Milliseconds for one request with all its tries, and those that it needs credentials from. */
const longest = 60_000;

/**
 * Does work that ends at the first of the given signals, or when its time is over, even where something in it heeds no signal: whoever gives out credentials is asked without.
 * Throws {@link Explained} then.
 * @param variable names the variable by which the service could be asked elsewhere
 */
export async function withinTime<T>(
  work: (stop: AbortSignal) => Promise<T>,
  signals: readonly (AbortSignal | undefined)[],
  variable: string,
): Promise<T> {
  const stop = AbortSignal.any([AbortSignal.timeout(longest), ...signals.flatMap((signal) => signal ?? [])]);
  const failure = (): Explained => new Explained(stopped(stop, variable));
  try {
    return await Promise.race([work(stop), aborted(stop, failure)]);
  } catch (error) {
    throw stop.aborted ? failure() : error;
  }
}

async function aborted(signal: AbortSignal, failure: () => Explained): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(failure());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

const stopped = ({ reason }: AbortSignal, variable: string): string =>
  reason instanceof Error && reason.name === 'TimeoutError'
    ? `there was no answer in time; look at the network, HTTPS_PROXY and ${variable}`
    : 'the request was given up';
