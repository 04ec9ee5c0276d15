import { expect, it } from 'vitest';
import { nearest } from '../../src/document/nearest.ts';

it.each([
  ['prot', ['user', 'port'], 'port'],
  ['pasword', ['passphrase', 'password'], 'password'],
  ['usre', ['use', 'user'], 'use'],
  ['dotenf', ['sh', 'dotenv'], 'dotenv'],
  ['hots', ['host', 'hot'], 'host'],
  ['ba', ['ab'], 'ab'],
  ['nothing', ['password'], undefined],
  ['a', [], undefined],
  ['x'.repeat(200), ['y'], undefined],
])('takes %j of %j for %j', (name, candidates, meant) => {
  expect(nearest(name, candidates)).toBe(meant);
});
