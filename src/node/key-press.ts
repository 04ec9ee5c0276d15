let early = '';

/** Waits for Enter on standard input without blocking signals; answers false where the input ends instead. */
export function waitForEnter(): Promise<boolean> {
  if (takeLine()) return Promise.resolve(true);
  const { stdin } = process;
  return new Promise((resolve) => {
    const settle = (answer: boolean): void => {
      stdin.removeListener('data', onData);
      stdin.removeListener('end', onEnd);
      stdin.removeListener('error', onEnd);
      stdin.pause();
      resolve(answer);
    };
    const onData = (part: string | Buffer): void => {
      early += String(part);
      if (takeLine()) settle(true);
    };
    const onEnd = (): void => {
      settle(false);
    };
    if (stdin.readableEnded) return resolve(false);
    stdin.on('data', onData).on('end', onEnd).on('error', onEnd).resume();
    return undefined;
  });
}

/** Takes the first line off what has been read; what stands behind it is for the next question. */
function takeLine(): boolean {
  const end = early.search(/[\r\n]/);
  if (end === -1) return false;
  early = early.slice(end + 1);
  return true;
}
