import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterClose, closeCodes, cutReason } from './close-codes.js';

describe('afterClose', () => {
  it.each([
    [1000, 'stay'],
    [1001, 'return'],
    [1002, 'stay'],
    [1003, 'stay'],
    [1005, 'return'],
    [1006, 'return'],
    [1007, 'stay'],
    [1008, 'stay'],
    [1009, 'stay'],
    [1010, 'stay'],
    [1011, 'return'],
    [1012, 'window'],
    [1013, 'window'],
    [1014, 'return'],
    [4000, 'return'],
    [4001, 'return'],
    [4399, 'return'],
    [4401, 'stay'],
    [4403, 'stay'],
    [4406, 'stay'],
    [4408, 'return'],
    [4409, 'stay'],
    [4412, 'return'],
    [4429, 'return'],
    [4500, 'return'],
    [4508, 'return'],
    [4599, 'return'],
    [4600, 'stay'],
    [4999, 'stay'],
  ] as const)('after %i a client is to %s', (code, answer) => {
    expect(afterClose(code)).toBe(answer);
  });

  it('leaves 4000–4399 to applications whose clients return, and 4600–4999 to those whose stay away', () => {
    fc.assert(fc.property(fc.integer({ min: 4000, max: 4399 }), (code) => afterClose(code) === 'return'));
    fc.assert(fc.property(fc.integer({ min: 4600, max: 4999 }), (code) => afterClose(code) === 'stay'));
  });

  it('has one answer for each code the library closes with', () => {
    const codes = Object.values(closeCodes);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('cutReason', () => {
  const byteLength = (text: string): number => new TextEncoder().encode(text).length;
  const reasons = fc.string({ unit: 'binary', maxLength: 200 });

  it('leaves a reason of 123 bytes as it is', () => {
    fc.assert(
      fc.property(reasons, (reason) => {
        if (byteLength(reason) <= 123) expect(cutReason(reason)).toBe(reason);
      }),
    );
    expect(cutReason('x'.repeat(123))).toHaveLength(123);
    expect(cutReason('x'.repeat(124))).toHaveLength(123);
  });

  it('gives a beginning of at most 123 bytes of UTF-8, and not a character less than fits', () => {
    fc.assert(
      fc.property(reasons, (reason) => {
        const cut = cutReason(reason);
        expect(reason.startsWith(cut)).toBe(true);
        expect(byteLength(cut)).toBeLessThanOrEqual(123);
        const [next = ''] = reason.slice(cut.length);
        if (next !== '') expect(byteLength(cut + next)).toBeGreaterThan(123);
      }),
    );
  });

  it.each(['é', '€', '🙂', '\ud800'])('never splits %j', (character) => {
    const cut = cutReason(character.repeat(124));
    expect(cut).toBe(character.repeat(Math.floor(123 / byteLength(character))));
  });
});
