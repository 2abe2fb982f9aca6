import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { overdrawnMs, takeFrom, type Rate } from './token-bucket.js';

const rate: Rate = { perSecond: 10, burst: 5 };

describe('a bucket', () => {
  it('gives its burst at once, and one too many has to wait', () => {
    let fullAt = 0;
    for (let n = 1; n <= 5; n += 1) {
      fullAt = takeFrom(rate, fullAt, 1, 1_000);
      expect(overdrawnMs(rate, fullAt, 1_000)).toBe(0);
    }
    fullAt = takeFrom(rate, fullAt, 1, 1_000);
    expect([1_000, 1_099, 1_100].map((now) => overdrawnMs(rate, fullAt, now))).toEqual([100, 1, 0]);
  });

  it('is full again after its burst’s time, and never fuller', () => {
    const emptied = takeFrom(rate, 0, 5, 1_000);
    expect(emptied).toBe(1_500);
    for (const now of [1_500, 1_000_000]) {
      const again = takeFrom(rate, emptied, 5, now);
      expect(overdrawnMs(rate, again, now)).toBe(0);
      expect(overdrawnMs(rate, takeFrom(rate, again, 1, now), now)).toBe(100);
    }
  });

  it('makes nobody wait for a clock that was set back', () => {
    const fullAt = takeFrom(rate, 0, 5, 3_600_000);
    expect(overdrawnMs(rate, takeFrom(rate, fullAt, 1, 0), 0)).toBe(100);
  });
});

const rates = fc.record({
  perSecond: fc.integer({ min: 1, max: 1_000 }),
  burst: fc.integer({ min: 1, max: 1_000 }),
});
const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 50 })), {
  maxLength: 200,
});

test.prop([rates, steps])('is what a bucket with tokens in it is', (given, taken) => {
  let now = 1_800_000_000_000;
  let fullAt = 0;
  let tokens = given.burst;
  for (const [passedMs, amount] of taken) {
    now += passedMs;
    tokens = Math.min(given.burst, tokens + (passedMs * given.perSecond) / 1_000);
    if (overdrawnMs(given, fullAt, now) > 0) continue;
    fullAt = takeFrom(given, fullAt, amount, now);
    tokens = Math.max(tokens, 0) - amount;
    const waitMs = Math.max(0, (-tokens * 1_000) / given.perSecond);
    expect(Math.abs(overdrawnMs(given, fullAt, now) - waitMs)).toBeLessThan(1);
  }
});

test.prop([rates, steps])('never gives more than its burst and what its time is worth', (given, taken) => {
  const start = 1_800_000_000_000;
  let now = start;
  let fullAt = 0;
  let sum = 0;
  for (const [passedMs, amount] of taken) {
    now += passedMs;
    const next = takeFrom(given, fullAt, amount, now);
    if (overdrawnMs(given, next, now) > 0) continue;
    fullAt = next;
    sum += amount;
    // what is half a millisecond's worth is rounding
    const most = given.burst + ((now - start + 0.5) * given.perSecond) / 1_000;
    expect(sum).toBeLessThanOrEqual(most + 1e-2);
  }
});
