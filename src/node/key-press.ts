let early = '';
let waiting: (() => void) | undefined;

/** Waits for Enter on standard input without blocking signals; answers false where the input ends instead, or {@link stopWaiting} is called. */
export function waitForEnter(): Promise<boolean> {
  if (takeLine()) return Promise.resolve(true);
  const { stdin } = process;
  return new Promise((resolve) => {
    const settle = (answer: boolean): void => {
      waiting = undefined;
      stdin.removeListener('data', onData).removeListener('end', onEnd).removeListener('error', onEnd);
      // Not at once: a stream that is paused while it hands out data goes on reading, and would take what is meant for the editor.
      setImmediate(() => {
        stdin.pause();
        resolve(answer);
      });
    };
    const onData = (part: string | Buffer): void => {
      early += String(part);
      if (takeLine()) settle(true);
    };
    const onEnd = (): void => {
      settle(false);
    };
    waiting = onEnd;
    if (stdin.readableEnded) onEnd();
    else stdin.on('data', onData).on('end', onEnd).on('error', onEnd).resume();
  });
}

/** Lets go of standard input, which would keep the process alive. */
export function stopWaiting(): void {
  waiting?.();
}

/** Takes the first line off what has been read; what stands behind it is for the next question. */
function takeLine(): boolean {
  const end = early.search(/[\r\n]/);
  if (end === -1) return false;
  early = early.slice(end + 1);
  return true;
}
