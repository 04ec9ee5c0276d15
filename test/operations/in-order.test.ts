import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inOrder } from '../../src/operations/lanes.ts';

test('what comes of many items is given in their order, a few worked on at once', async () => {
  let running = 0;
  let most = 0;
  const step = async (item: number): Promise<number> => {
    most = Math.max(most, ++running);
    await sleep((item * 7) % 5);
    running--;
    return item;
  };
  const items = Array.from({ length: 20 }, (_, at) => at);
  const seen: number[] = [];
  for await (const item of inOrder(items, step, 3)) seen.push(item);
  expect([seen, most]).toEqual([items, 3]);
});

test('a failure is told in its turn', async () => {
  const seen: number[] = [];
  const walk = async (): Promise<void> => {
    const step = async (item: number): Promise<number> => {
      if (item === 2) throw new Error('two');
      await sleep(2);
      return item;
    };
    for await (const item of inOrder([0, 1, 2, 3], step, 4)) seen.push(item);
  };
  await expect(walk()).rejects.toThrow('two');
  expect(seen).toEqual([0, 1]);
});
