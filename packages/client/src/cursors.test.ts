import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { judge, missing } from './cursors.js';

describe('an entry, to a client that stands at 5', () => {
  it.each([
    [6, 5, 'deliver'],
    [9, 5, 'deliver'],
    [5, 4, 'drop'],
    [3, 2, 'drop'],
    [9, 7, 'rejoin'],
    [6, 3, 'fork'],
  ] as const)('at %i after %i means %s', (at, after, verdict) => {
    expect(judge(5, at, after)).toBe(verdict);
  });

  /** A log: rising positions, each with the one before it. */
  const logs = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 30 }).map((steps) => {
    let at = 0;
    return steps.map((step) => ({ after: at, at: (at += step) }));
  });

  test.prop([logs, fc.array(fc.nat({ max: 30 }), { maxLength: 8 }), fc.nat({ max: 30 })])(
    'every entry is delivered once and in order, whatever is lost on the way and whatever is repeated',
    (log, lost, repeated) => {
      const delivered: number[] = [];
      let last = 0;
      const take = ({ at, after }: { at: number; after: number }, known: number): void => {
        const verdict = judge(last, at, after);
        if (verdict === 'deliver') delivered.push((last = at));
        // the server sends all that it has after the cursor
        else if (verdict === 'rejoin') replay(last, known);
        else expect(verdict).toBe('drop');
      };
      const replay = (from: number, known: number): void => {
        for (const entry of log.slice(0, known + 1)) if (entry.at > from) take(entry, known);
      };
      for (const [index, entry] of log.entries()) {
        if (!lost.includes(index)) take(entry, index);
        if (index === repeated) replay(0, index);
      }
      replay(last, log.length);
      expect(delivered).toEqual(log.map(({ at }) => at));
    },
  );

  test.prop([fc.nat(), fc.nat(), fc.nat()])('has one meaning only', (last, at, after) => {
    fc.pre(after < at);
    const verdict = judge(last, at, after);
    expect(verdict === 'drop').toBe(at <= last);
    expect(verdict === 'deliver').toBe(after === last);
    expect(verdict === 'rejoin').toBe(after > last);
  });
});

describe('a replay, to a client that stands at 7', () => {
  it.each([
    ['e', 7, undefined],
    ['e', 3, undefined],
    ['e', 9, 'trimmed'],
    ['f', 0, 'epoch'],
  ] as const)('that begins in %s at %i misses %s', (epoch, from, why) => {
    expect(missing(['e', 7], [epoch, from])).toBe(why);
  });
});
