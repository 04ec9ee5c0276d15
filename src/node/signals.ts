import type { ChildProcess } from 'node:child_process';
import { SopsError } from '../errors.ts';

type EndingSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const endingSignals: readonly EndingSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** How long a subprocess may take to end after a signal was passed on to it, in milliseconds. */
const patience = 1000;

/** Holds the signals that end a process, so that what must not be left behind can be cleared away first. */
export interface Signals {
  /** Rejects with `CANCELLED` once a signal came and the subprocess, if one is running, has ended or had its time. */
  readonly cancelled: Promise<never>;
  /** Whether a signal came. */
  received(): boolean;
  /** Passes signals on to `child` as long as it runs. */
  passTo(child: ChildProcess): void;
  /** Lets signals end the process again. */
  stop(): void;
}

/** From now until `stop`, a signal does not end the process but rejects {@link Signals.cancelled}. */
export function watchSignals(): Signals {
  const abort = new AbortController();
  const cancelled = new Promise<never>((_, reject) => {
    abort.signal.addEventListener('abort', () => {
      reject(new SopsError('CANCELLED', 'user cancelled the operation'));
    });
  });
  cancelled.catch(() => undefined);
  let running: ChildProcess | undefined;
  let received = false;
  const receive = (signal: EndingSignal): void => {
    received = true;
    if (running === undefined) return abort.abort();
    running.once('exit', () => {
      abort.abort();
    });
    running.unref();
    running.kill(signal);
    const timer = setTimeout(() => {
      abort.abort();
    }, patience);
    abort.signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
    return undefined;
  };
  for (const signal of endingSignals) process.on(signal, receive);
  return {
    cancelled,
    received: () => received,
    passTo(child) {
      running = child;
      child.once('exit', () => {
        running = undefined;
      });
    },
    stop() {
      for (const signal of endingSignals) process.removeListener(signal, receive);
    },
  };
}
