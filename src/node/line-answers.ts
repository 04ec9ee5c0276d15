import { createInterface, type Interface } from 'node:readline';

/** Asks questions one after the other, and takes the lines of standard input for answers. */
export interface Questioner {
  /** The line that answers; undefined where standard input has ended. A question that is withdrawn before its turn is not asked. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  close(): void;
}

/**
 * Questions are put by `print`, in the order in which they come: one that is withdrawn while it is put still takes its answer,
 * lest that be taken for the answer to the next.
 */
export function standardInputQuestions(print: (question: string) => void): Questioner {
  const lines: string[] = [];
  const waiting: ((line: string | undefined) => void)[] = [];
  let ended = false;
  let input: Interface | undefined;
  const open = (): Interface =>
    createInterface({ input: process.stdin, terminal: false })
      .on('line', (line) => {
        const next = waiting.shift();
        if (next === undefined) lines.push(line);
        else next(line);
      })
      .on('close', () => {
        ended = true;
        for (const next of waiting.splice(0)) next(undefined);
      });
  const nextLine = async (): Promise<string | undefined> => {
    input ??= open();
    const line = lines.shift();
    if (line !== undefined || ended) return line;
    return new Promise((resolve) => {
      waiting.push(resolve);
    });
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    ask: async (question, signal) => {
      const answer = last.then(async () => {
        if (signal.aborted) return undefined;
        print(question);
        return nextLine();
      });
      last = answer.catch(() => undefined);
      return answer;
    },
    close: () => {
      input?.close();
      process.stdin.unref();
    },
  };
}
