import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultReconnect, reconnectDelay } from './backoff.js';

const almostOne = 1 - Number.EPSILON;
const longest = (attempt: number, options = defaultReconnect): number =>
  Math.round(reconnectDelay(attempt, options, () => almostOne));

describe('reconnectDelay', () => {
  it('doubles its range from one attempt to the next, up to 20 s', () => {
    const ranges = [2, 3, 4, 5, 6, 7, 8, 9].map((attempt) => longest(attempt));
    expect(ranges).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
  });

  it('draws from the whole range, from nothing on', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 50 }),
        fc.double({ min: 0, max: almostOne, noNaN: true }),
        (attempt, chance) => {
          const range = Math.min(20_000, 500 * 2 ** (attempt - 2));
          expect(reconnectDelay(attempt, defaultReconnect, () => chance)).toBe(chance * range);
        },
      ),
    );
  });

  it('tries within 200 ms when a stable connection was lost, and only the first time', () => {
    expect(longest(1)).toBe(200);
    expect(longest(2)).toBe(500);
  });

  it('stays within its bounds whatever the options and however long it fails', () => {
    const figures = fc.double({ min: 0, max: 1e9, noNaN: true });
    const options = fc.record({
      quickMs: figures,
      minDelayMs: figures,
      maxDelayMs: figures,
      factor: fc.double({ min: 1, max: 1e6, noNaN: true }),
    });
    fc.assert(
      fc.property(options, fc.integer({ min: 1, max: 1e6 }), (given, attempt) => {
        const delay = reconnectDelay(attempt, { ...defaultReconnect, ...given }, () => almostOne);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(Math.max(given.maxDelayMs, given.quickMs));
      }),
    );
    expect(longest(5_000, { ...defaultReconnect, minDelayMs: 0 })).toBe(0);
  });
});
