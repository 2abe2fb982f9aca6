import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handledNumbers, noteNumber, numberOf } from './received-numbers.js';
import type { Session } from './session.js';

const start = (given = {}) =>
  ({ speaksProtocol: true, highest: 0, calls: new Set(), ...given }) as unknown as Session;

describe('the number of a message', () => {
  it.each([
    [{ seq: 3 }, 3],
    [{ id: 4 }, 4],
    [{ seq: 3, id: 4 }, 3],
    [{}, undefined],
    [{ id: '4' }, undefined],
    [{ id: 0 }, undefined],
    [{ id: -1 }, undefined],
    [{ id: 1.5 }, undefined],
    [{ seq: 2 ** 53 }, undefined],
  ])('of %j is %j', (head, number) => {
    expect(numberOf(start(), { path: 'chat', ...head })).toBe(number);
  });

  it('is none for a plain client, which counts as it likes', () => {
    expect(numberOf(start({ speaksProtocol: false }), { path: 'chat', id: 4 })).toBeUndefined();
  });
});

describe('the numbers that were handled', () => {
  it('are those up to the highest but for those that are being handled, as rising ranges apart', () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 }));
    fc.assert(
      fc.property(numbers, fc.func(fc.boolean()), (seen, isRunning) => {
        const session = start();
        const rising = [...seen].sort((one, other) => one - other);
        for (const number of rising) {
          expect(noteNumber(session, number)).toBe(true);
          expect(noteNumber(session, number)).toBe(false);
        }
        session.calls.add({ number: undefined } as never);
        for (const number of seen) if (isRunning(number)) session.calls.add({ number } as never);
        const ranges = handledNumbers(session);
        const highest = rising.at(-1) ?? 0;
        const running = new Set(rising.filter((number) => isRunning(number)));
        const expected = Array.from({ length: highest }, (_, index) => index + 1).filter(
          (number) => !running.has(number),
        );
        const covered = ranges.flatMap(([first, last]) =>
          Array.from({ length: last - first + 1 }, (_, index) => first + index),
        );
        expect(covered).toEqual(expected);
        ranges.slice(1).forEach(([first], index) => expect(first).toBeGreaterThan(ranges[index]![1] + 1));
      }),
    );
  });

  it('are none before there was one', () => {
    expect(handledNumbers(start())).toEqual([]);
  });

  it('were seen when a higher one was', () => {
    const session = start();
    noteNumber(session, 9);
    expect(noteNumber(session, 5)).toBe(false);
    expect(handledNumbers(session)).toEqual([[1, 9]]);
  });
});
