import { SopsError } from '../errors.ts';
import { readStandardInputLine } from '../node/standard-input.ts';
import { print } from './report.ts';

/** Asks on standard output until the answer on standard input is y or n. Throws `CANCELLED` where that ends. */
export function isAnsweredYes(question: string, withoutAsking: string): boolean {
  for (;;) {
    print(question);
    const answer = readStandardInputLine();
    if (answer === undefined)
      throw new SopsError('CANCELLED', 'nobody answered', { hint: `give --yes to ${withoutAsking} without asking` });
    if (answer.trim() === 'y') return true;
    if (answer.trim() === 'n') return false;
  }
}
