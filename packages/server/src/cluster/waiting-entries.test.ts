import { expect, it } from 'vitest';
import { WaitingEntries, type Waiting } from './waiting-entries.js';

const waiting = (at: number, body: string): Waiting => ({
  ...{ epoch: 'e', isRead: false },
  entry: { at, after: at - 1, time: 0, body },
});

it('keeps what came in its order, and none of it when it is too much', () => {
  const entries = new WaitingEntries(10);
  const [first, second] = [waiting(1, '12345'), waiting(2, '12345')];
  expect([entries.add(first), entries.add(second)]).toEqual([true, true]);
  expect(entries.takeAll()).toEqual([first, second]);
  expect([first, second].map((one) => entries.add(one))).toEqual([true, true]);
  expect(entries.add(waiting(3, '€'))).toBe(false);
  expect(entries.takeAll()).toEqual([]);
  expect(entries.add(first)).toBe(true);
});
