import { describe, expect, it } from 'vitest';
import { rememberingWhile } from '../../src/services/lasting.ts';
import { testContext } from '../keysources/context.ts';

/** Something that is made when it is told to, and notes how often it is begun and given up. */
function workshop() {
  const made = { begun: 0, givenUp: 0 };
  const doors: (() => void)[] = [];
  const make = async (signal: AbortSignal): Promise<number> => {
    made.begun += 1;
    const number = made.begun;
    return new Promise((resolve, reject) => {
      doors.push(() => resolve(number));
      signal.addEventListener('abort', () => {
        made.givenUp += 1;
        reject(new Error('given up'));
      });
    });
  };
  return { made, make, open: () => doors.splice(0).forEach((door) => door()) };
}

describe('what is good for a while', () => {
  it('is made once for all who ask, and anew when it is good no more', async () => {
    const { made, make, open } = workshop();
    let good = true;
    const remembered = rememberingWhile<number>(() => good);
    const context = testContext();
    const both = Promise.all([remembered(context, 'a', make), remembered(context, 'a', make)]);
    open();
    expect(await both).toEqual([1, 1]);
    expect(await remembered(context, 'a', make)).toBe(1);
    good = false;
    const anew = remembered(context, 'a', make);
    open();
    expect(await anew).toBe(2);
    expect(made).toEqual({ begun: 2, givenUp: 0 });
  });

  it('is another for another name and another context', async () => {
    const remembered = rememberingWhile<number>(() => true);
    let count = 0;
    const make = async (): Promise<number> => (count += 1);
    const context = testContext();
    expect(await remembered(context, 'a', make)).toBe(1);
    expect(await remembered(context, 'b', make)).toBe(2);
    expect(await remembered(testContext(), 'a', make)).toBe(3);
  });

  it('is not taken from the others by one who no longer waits', async () => {
    const { made, make, open } = workshop();
    const remembered = rememberingWhile<number>(() => true);
    const context = testContext();
    const stop = new AbortController();
    const first = remembered(context, 'a', make, stop.signal);
    const second = remembered(context, 'a', make);
    stop.abort();
    await expect(first).rejects.toMatchObject({ name: 'HttpFailure', reason: 'stopped' });
    open();
    expect(await second).toBe(1);
    expect(made).toEqual({ begun: 1, givenUp: 0 });
  });

  it('is given up when nobody waits, and made anew when someone does', async () => {
    const { made, make, open } = workshop();
    const remembered = rememberingWhile<number>(() => true);
    const context = testContext();
    await expect(remembered(context, 'a', make, AbortSignal.abort())).rejects.toMatchObject({ reason: 'stopped' });
    expect(made).toEqual({ begun: 1, givenUp: 1 });
    const second = remembered(context, 'a', make);
    open();
    expect(await second).toBe(2);
  });

  it('fails for ten seconds, and is tried again then', async () => {
    const remembered = rememberingWhile<number>(() => true);
    let now = 0;
    let count = 0;
    const context = { ...testContext(), now: () => new Date(now) };
    const fail = async (): Promise<number> => {
      count += 1;
      throw new Error(`failure ${count}`);
    };
    await expect(remembered(context, 'a', fail)).rejects.toThrow('failure 1');
    now = 9_999;
    await expect(remembered(context, 'a', fail)).rejects.toThrow('failure 1');
    now = 10_000;
    await expect(remembered(context, 'a', fail)).rejects.toThrow('failure 2');
    expect(await remembered(context, 'a', async () => 3).catch(() => 0)).toBe(0);
  });
});
