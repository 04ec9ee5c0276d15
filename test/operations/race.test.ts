import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { race, type Runner } from '../../src/operations/race.ts';

const rules = { headStart: Infinity, discard: () => undefined };

test('however many must succeed, no more than 8 start at once, and all that are needed run in the end', async () => {
  let [running, most, ran] = [0, 0, 0];
  const runner: Runner<number> = async () => {
    running += 1;
    most = Math.max(most, running);
    await sleep(2);
    running -= 1;
    ran += 1;
    return ran;
  };
  await race(
    Array.from({ length: 100 }, () => runner),
    { ...rules, needed: 50 },
  );
  expect({ most, ran }).toEqual({ most: 8, ran: 50 });
});

test('a failure starts the next one, a success none that is not needed', async () => {
  const started: number[] = [];
  const runners = [false, true, true, true, true].map((good, at): Runner<number> => async () => {
    started.push(at);
    await sleep(at);
    if (!good) throw new Error('no');
    return at;
  });
  await race(runners, { ...rules, needed: 2 });
  expect(started).toEqual([0, 1, 2]);
});
