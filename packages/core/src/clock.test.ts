import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { steadyClock, systemClock } from './clock.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000 });
});
afterEach(() => {
  // in this order: a mock that is restored later would put the faked timer back
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('tells the time and calls back once when it is due', () => {
  const due = vi.fn();
  systemClock.after(50, due);
  vi.advanceTimersByTime(49);
  expect(due).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(due).toHaveBeenCalledOnce();
  expect(systemClock.now()).toBe(2_049);
});

it('can be called off', () => {
  const due = vi.fn();
  systemClock.after(50, due)();
  vi.advanceTimersByTime(50);
  expect(due).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});

it.each([2 ** 31, Infinity])('waits its longest for a delay of %d ms instead of none', (delayMs) => {
  const timer = vi.spyOn(globalThis, 'setTimeout');
  systemClock.after(delayMs, () => undefined)();
  expect(timer).toHaveBeenCalledWith(expect.any(Function), 2 ** 31 - 1);
});

it('the steady one goes on when the time of day is set back', () => {
  const startedAt = steadyClock.now();
  vi.setSystemTime(systemClock.now() - 3_600_000);
  const due = vi.fn();
  steadyClock.after(50, due);
  vi.advanceTimersByTime(50);
  expect(due).toHaveBeenCalledOnce();
  expect(steadyClock.now() - startedAt).toBe(50);
});
