import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findExcess } from './json-limits.js';

/** `levels` arrays in one another. */
const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const inFrame = (json: string): unknown => JSON.parse(`{"path":"a","data":${json}}`);
const excessOf = (value: unknown): string | undefined => findExcess(value, 64, 10_000);

describe('depth', () => {
  it('is counted from the frame, which is level 0', () => {
    expect(findExcess({ path: 'a', data: nested(64) }, 64, 10_000)).toBeUndefined();
    expect(findExcess({ path: 'a', data: nested(65) }, 64, 10_000)).toBe(
      'the message nests deeper than 64 levels',
    );
  });

  it.each([65, 5_000, 30_000])('of %i levels is refused without walking them', (levels) => {
    expect(excessOf({ data: nested(levels) })).toMatch('deeper than 64');
    expect(excessOf(inFrame('{"a":'.repeat(levels) + '1' + '}'.repeat(levels)))).toMatch('deeper than 64');
  });

  it('may be more than the stack has room for, where the limits are raised', () => {
    expect(
      findExcess(inFrame('{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)), 1e6, 1e6),
    ).toBeUndefined();
    expect(findExcess({ data: nested(100_000) }, 1e6, 1e6)).toBeUndefined();
    expect(findExcess({ data: nested(100_000) }, 99_999, 1e6)).toBe(
      'the message nests deeper than 99999 levels',
    );
  });

  it('is measured wherever it is', () => {
    expect(excessOf({ data: [1, { a: [nested(63)] }] })).toMatch('deeper than 64');
    expect(excessOf({ error: nested(65) })).toMatch('deeper than 64');
  });
});

describe('keys', () => {
  it('are counted with items, in all of the message', () => {
    expect(findExcess({ path: 'a', data: [1, 2, 3] }, 64, 5)).toBeUndefined();
    expect(findExcess({ path: 'a', data: [1, 2, 3] }, 64, 4)).toBe('the message has more than 4 keys');
    expect(findExcess({ data: { a: [1], b: [1] } }, 64, 5)).toBeUndefined();
    expect(findExcess({ data: { a: [1], b: [1] } }, 64, 4)).toMatch('more than 4 keys');
  });

  it('beyond 10,000 are refused', () => {
    expect(excessOf({ data: Array.from({ length: 9_999 }, () => 0) })).toBeUndefined();
    expect(excessOf({ data: Array.from({ length: 10_000 }, () => 0) })).toMatch('more than 10000 keys');
  });
});

describe('forbidden keys', () => {
  it.each([
    '{"__proto__":1}',
    '{"a":{"__proto__":{"polluted":true}}}',
    '[[{"__proto__":null}]]',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"a":[{"constructor":{"prototype":1}}]}',
  ])('are found in %s', (json) => {
    expect(excessOf(inFrame(json))).toMatch(/has the forbidden key "(__proto__|constructor)"/);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('are found beside the path as well', () => {
    expect(excessOf(JSON.parse('{"path":"a","__proto__":{}}'))).toMatch('__proto__');
  });

  it.each([
    '{"constructor":"Ferrari"}',
    '{"prototype":1}',
    '{"constructor":{}}',
    '["__proto__"]',
    '"__proto__"',
  ])('are none in %s', (json) => {
    expect(excessOf(inFrame(json))).toBeUndefined();
  });
});

it('agrees with a count that is made another way', () => {
  const depthOf = (value: unknown): number =>
    typeof value !== 'object' || value === null ? -1 : 1 + Math.max(-1, ...Object.values(value).map(depthOf));
  const sizeOf = (value: unknown): number =>
    typeof value !== 'object' || value === null
      ? 0
      : Object.keys(value).length +
        Object.values(value).reduce((sum: number, child) => sum + sizeOf(child), 0);
  const values = fc
    .jsonValue({ maxDepth: 6 })
    .filter((value) => !/"__proto__"|"constructor"/.test(JSON.stringify(value)));
  fc.assert(
    fc.property(values, fc.nat(6), fc.nat(20), (value, maxDepth, maxKeys) => {
      const isWithin = depthOf(value) <= maxDepth && sizeOf(value) <= maxKeys;
      expect(findExcess(value, maxDepth, maxKeys) === undefined).toBe(isWithin);
    }),
  );
});
