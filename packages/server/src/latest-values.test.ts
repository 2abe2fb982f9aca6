import { describe, expect, it } from 'vitest';
import { LatestValues } from './latest-values.js';
import { createOutgoingOf } from './outgoing-message.fixture.js';

const value = (slot: string, n = 0) => createOutgoingOf(n, { slot, delivery: 'latest' });

describe('the latest values', () => {
  it('are the newest of each slot, in the order in which they were set', () => {
    const values = new LatestValues();
    const [a1, b, a2] = [value('a', 1), value('b'), value('a', 2)];
    for (const message of [a1, b, a2]) values.keep(message, 10);
    expect([...values.since(0, 10, 'me')]).toEqual([b, a2]);
  });

  it('are those that were set since a time', () => {
    const values = new LatestValues();
    const [old, on, later] = [value('a'), value('b'), value('c')];
    values.keep(old, 9);
    values.keep(on, 10);
    values.keep(later, 11);
    expect([...values.since(10, 20, 'me')]).toEqual([on, later]);
  });

  it('are not for the session that is excepted', () => {
    const values = new LatestValues();
    const message = value('a');
    values.keep(message, 10, 'me');
    expect([...values.since(0, 10, 'me')]).toEqual([]);
    expect([...values.since(0, 10, 'you')]).toEqual([message]);
  });

  it('are forgotten after five minutes, also for those who ask for less', () => {
    const values = new LatestValues();
    values.keep(value('a'), 0);
    const kept = value('b');
    values.keep(kept, 1);
    expect([...values.since(0, 300_000, 'me')]).toHaveLength(2);
    expect([...values.since(0, 300_001, 'me')]).toEqual([kept]);
    // it is gone, and not only hidden
    expect([...values.since(0, 300_000, 'me')]).toEqual([kept]);
  });

  it('are 256 at most, and of more those that were set longest ago are given up', () => {
    const values = new LatestValues();
    for (let n = 0; n < 256; n += 1) values.keep(value(`${n}`), n);
    values.keep(value('0', 1), 256);
    values.keep(value('new'), 257);
    const slots = Array.from(values.since(0, 300, 'me'), ({ slot }) => slot);
    expect(slots).toHaveLength(256);
    expect([slots[0], ...slots.slice(-2)]).toEqual(['2', '0', 'new']);
  });
});
