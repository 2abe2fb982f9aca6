import { expect, it } from 'vitest';
import { KeyedBuckets } from './keyed-buckets.js';

const rate = { perSecond: 50, burst: 200 };

it('gives each its own burst, and more as time goes by', () => {
  const buckets = new KeyedBuckets(rate);
  for (const key of ['a', 'b']) {
    for (let n = 0; n < 200; n += 1) expect(buckets.take(key, 1_000)).toBe(true);
    expect(buckets.take(key, 1_000)).toBe(false);
  }
  expect([1_019, 1_020, 1_020].map((now) => buckets.take('a', now))).toEqual([false, true, false]);
});

it('forgets who may come as often as ever, and nobody else', () => {
  const buckets = new KeyedBuckets(rate);
  for (let n = 0; n < 200; n += 1) buckets.take('eager', 0);
  for (let n = 0; n < 100_000; n += 1) buckets.take(`once ${n}`, n / 100);
  expect(buckets.size).toBeLessThan(5_000);
  expect(buckets.take('eager', 1)).toBe(false);
});
