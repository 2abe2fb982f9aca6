import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createManualClock } from './manual-clock.js';

it('stands still until it is advanced', () => {
  const clock = createManualClock({ startMs: 1_000 });
  const fired: number[] = [];
  clock.after(10, () => fired.push(clock.now()));
  expect(clock.now()).toBe(1_000);
  clock.advance(9);
  expect(fired).toEqual([]);
  clock.advance(5);
  expect(fired).toEqual([1_010]);
  expect(clock.now()).toBe(1_014);
});

it('fires what falls due in the order of its time, then of its making', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 20 }), (delays) => {
      const clock = createManualClock();
      const fired: { delay: number; index: number }[] = [];
      delays.forEach((delay, index) => clock.after(delay, () => fired.push({ delay, index })));
      clock.advance(20);
      const expected = delays.map((delay, index) => ({ delay, index })).sort((a, b) => a.delay - b.delay);
      expect(fired).toEqual(expected);
      expect(clock.pending).toBe(0);
    }),
  );
});

it('fires timers that timers set, in the same advance', () => {
  const clock = createManualClock();
  const fired: number[] = [];
  const again = (): void => {
    fired.push(clock.now());
    if (fired.length < 3) clock.after(10, again);
  };
  clock.after(10, again);
  clock.advance(100);
  expect(fired).toEqual([10, 20, 30]);
});

it('counts what waits, and forgets what is called off', () => {
  const clock = createManualClock();
  const callOff = clock.after(10, () => expect.unreachable());
  clock.after(10, () => undefined);
  expect(clock.pending).toBe(2);
  callOff();
  expect(clock.pending).toBe(1);
  clock.advance(10);
  callOff();
  expect(clock.pending).toBe(0);
});

it('fires a timer set for the past at the next advance', () => {
  const clock = createManualClock();
  let fired = 0;
  clock.after(-5, () => (fired += 1));
  expect(fired).toBe(0);
  clock.advance(0);
  expect(fired).toBe(1);
});

it('fires at once what was set for no number of milliseconds, and goes on counting', () => {
  const clock = createManualClock();
  const fired: number[] = [];
  clock.after(NaN, () => fired.push(clock.now()));
  clock.advance(5);
  expect([fired, clock.now()]).toEqual([[0], 5]);
});

it('draws the chance it was given', () => {
  expect(createManualClock().random()).toBe(0.5);
  expect(createManualClock({ random: () => 0.1 }).random()).toBe(0.1);
});

it('says when the next timer is due', () => {
  const clock = createManualClock({ startMs: 100 });
  expect(clock.nextDueAt).toBeUndefined();
  clock.after(20, () => {});
  const callOff = clock.after(10, () => {});
  expect(clock.nextDueAt).toBe(110);
  callOff();
  expect(clock.nextDueAt).toBe(120);
});
