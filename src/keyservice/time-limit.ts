import { SopsError } from '../errors.ts';

/** The variable that says how long a key service may take. */
export const timeLimitVariable = 'SOPSMITH_KEY_TIMEOUT';

const unitsInMilliseconds: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** As long as timers can wait. */
const longest = 2 ** 31 - 1;

/** How long a call to a key service over a network may take. */
export interface TimeLimit {
  /** Infinity: as long as it likes. */
  readonly milliseconds: number;
  /** As a person says it. */
  readonly text: string;
}

/**
 * Reads a time limit: seconds, or a duration as Go writes it (`45s`, `1m30s`); 0 is no limit, and nothing is 30 seconds.
 * Throws `USAGE`.
 */
export function readTimeLimit(env: Readonly<Record<string, string | undefined>>): TimeLimit {
  const text = env[timeLimitVariable]?.trim() || '30s';
  const milliseconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : duration(text);
  if (milliseconds === undefined)
    throw new SopsError('USAGE', `${timeLimitVariable} is neither a number of seconds nor a duration such as 45s or 1m30s`);
  const limited = milliseconds > 0 && milliseconds <= longest;
  return limited ? { milliseconds, text: spelled(milliseconds) } : { milliseconds: Infinity, text: 'any time' };
}

function duration(text: string): number | undefined {
  if (!/^(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g);
  return [...parts].reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (unitsInMilliseconds[unit] ?? 0), 0);
}

const spelled = (milliseconds: number): string => (milliseconds < 1000 ? `${milliseconds} ms` : `${milliseconds / 1000} s`);

/** What bounds one call. */
export interface Bounds {
  readonly limit: TimeLimit;
  /** Each of them ends the call. */
  readonly signals: readonly (AbortSignal | undefined)[];
  /** What to throw when the time is over. */
  readonly late: () => SopsError;
  readonly discard: (tooLate: unknown) => void;
}

/** Makes a call that ends in time even where what is called does not heed its signal. Throws what `late` makes, `CANCELLED`, and what the call throws. */
export async function bounded<T>(call: (signal: AbortSignal) => Promise<T>, bounds: Bounds): Promise<T> {
  const stop = new AbortController();
  const end = endOf(bounds);
  const answer = end.signal.aborted ? undefined : call(stop.signal);
  try {
    return await Promise.race([end.reached, ...(answer ? [answer] : [])]);
  } catch (error) {
    stop.abort();
    answer?.then(bounds.discard, () => undefined);
    throw error;
  } finally {
    end.forget();
  }
}

interface End {
  /** Rejects when the time is over or somebody has had enough. */
  readonly reached: Promise<never>;
  readonly signal: AbortSignal;
  forget(): void;
}

function endOf({ limit, signals, late }: Bounds): End {
  const controller = new AbortController();
  const cancel = (): void => {
    controller.abort(new SopsError('CANCELLED', 'the answer is no longer wanted'));
  };
  const outer = signals.filter((signal) => signal !== undefined);
  for (const signal of outer) signal.addEventListener('abort', cancel);
  if (outer.some(({ aborted }) => aborted)) cancel();
  const { milliseconds } = limit;
  const expire = (): void => {
    controller.abort(late());
  };
  const timer = Number.isFinite(milliseconds) ? setTimeout(expire, milliseconds) : undefined;
  const reached = new Promise<never>((_, reject) => {
    const end = (): void => {
      reject(controller.signal.reason instanceof SopsError ? controller.signal.reason : late());
    };
    if (controller.signal.aborted) end();
    else controller.signal.addEventListener('abort', end);
  });
  reached.catch(() => undefined);
  const forget = (): void => {
    clearTimeout(timer);
    for (const signal of outer) signal.removeEventListener('abort', cancel);
  };
  return { reached, signal: controller.signal, forget };
}
