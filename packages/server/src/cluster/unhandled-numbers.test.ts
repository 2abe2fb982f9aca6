import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UnhandledNumbers } from './unhandled-numbers.js';

it('holds the numbers that a set would hold', () => {
  const number = fc.integer({ min: 1, max: 40 });
  const step = fc.tuple(fc.constantFrom('add' as const, 'remove' as const, 'take' as const), number);
  fc.assert(
    fc.property(number, fc.array(step), (last, steps) => {
      const unhandled = new UnhandledNumbers();
      unhandled.add(1, last);
      let model = new Set(Array.from({ length: last }, (_, index) => index + 1));
      for (const [what, number] of steps) {
        if (what === 'add' && !model.has(number)) unhandled.add(number);
        else if (what === 'remove') unhandled.remove(number);
        else if (what === 'take') expect(unhandled.take(number)).toBe(model.has(number));
        if (what === 'add') model.add(number);
        else model.delete(number);
        if (what === 'take') model = new Set([...model].filter((left) => left > number));
      }
      const held = unhandled.ranges.flatMap(([first, last]) =>
        Array.from({ length: last - first + 1 }, (_, index) => first + index),
      );
      expect(held).toEqual([...model].sort((one, other) => one - other));
      expect(held.every((number) => unhandled.has(number))).toBe(true);
    }),
  );
});

it('costs one range for as many as there can be', () => {
  const unhandled = new UnhandledNumbers();
  unhandled.add(1, Number.MAX_SAFE_INTEGER);
  expect(unhandled.ranges).toEqual([[1, Number.MAX_SAFE_INTEGER]]);
});
