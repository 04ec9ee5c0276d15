/** Tells how far work on many files is. */
export interface Progress {
  /** One more is done. */
  step(): void;
  /** Takes the line away for as long as something else is said. */
  interrupt(say: () => void): void;
  end(): void;
}

/** Work that takes less needs no telling, in milliseconds. */
const patience = 1000;
const everyMilliseconds = 100;

/** A line on standard error, `12 of 500 files`, from the first second on; nothing where standard error is no terminal. */
export function showProgress(total: number): Progress {
  const start = Date.now();
  let done = 0;
  let last = 0;
  let shown = false;
  const clear = (): void => {
    if (shown) process.stderr.write('\r\u001B[K');
    shown = false;
  };
  return {
    step() {
      done += 1;
      const now = Date.now();
      if (!process.stderr.isTTY || now - start < patience || now - last < everyMilliseconds) return;
      last = now;
      shown = true;
      process.stderr.write(`\r${done} of ${total} files`);
    },
    interrupt(say) {
      clear();
      say();
    },
    end: clear,
  };
}
