// Waiting ends when everything is there, and when nothing moves any more.
import { expect, it } from 'vitest';
import { openAccount } from './account.js';
import { findUnheard, untilHeard, untilSettled } from './settling.js';

const stream = 'room';
const wanted = (run: number, n: number) => ({ run, stream, n }) as const;

function accountOf(...heard: readonly (readonly [run: number, n: number])[]) {
  const account = openAccount('ann');
  account.heard[stream].push(...heard.map(([run, n]) => wanted(run, n)));
  return account;
}

it('knows what a client has not heard of', () => {
  const account = accountOf([1, 2], [2, 4], [1, 2], [2, 5]);
  expect(findUnheard(account, [wanted(1, 2), wanted(2, 5)])).toBeUndefined();
  expect(findUnheard(account, [wanted(1, 2), wanted(1, 3)])).toEqual(wanted(1, 3));
  expect(findUnheard(account, [wanted(3, 1)])).toEqual(wanted(3, 1));
});

it('says who has not heard of what', async () => {
  await expect(untilHeard([accountOf([1, 2])], [wanted(1, 3)], 0)).rejects.toThrow(
    'ann did not hear of message 3 of process 1 to room',
  );
});

it('judges until all is there, or until nothing moves any more', async () => {
  let missing = 3;
  expect(
    await untilSettled(
      () => (missing -= 1),
      (left) => left === 0,
      10_000,
    ),
  ).toBe(0);
  expect(
    await untilSettled(
      () => 1,
      (left) => left === 0,
      0,
    ),
  ).toBe(1);
});
