import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { isSchema, parse, parseIn, type AnySchema } from './schema.js';

const validators: readonly (readonly [name: string, point: AnySchema, nothing: AnySchema])[] = [
  ['zod', z.object({ at: z.array(z.object({ x: z.number() })) }), z.void()],
  ['zod/mini', mini.object({ at: mini.array(mini.object({ x: mini.number() })) }), mini.void()],
  ['valibot', v.object({ at: v.array(v.object({ x: v.number() })) }), v.void()],
  ['arktype', type({ at: type({ x: 'number' }).array() }).onUndeclaredKey('delete'), type('undefined')],
];

describe.each(validators)('a schema of %s', (_name, point, nothing) => {
  it('is known as one', () => {
    expect(isSchema(point)).toBe(true);
  });

  it('gives its output, without the keys it does not name', () => {
    const parsed = parse(point, { at: [{ x: 1 }], secret: 2 }, 'point');
    expect(parsed).toEqual({ ok: true, value: { at: [{ x: 1 }] } });
  });

  it('gives issues that are plain JSON, with a text and a path', () => {
    const parsed = parse(point, { at: [{ x: 1 }, { x: 'two' }] }, 'point');
    expect(parsed).toEqual({ ok: false, issues: [{ message: expect.any(String), path: ['at', 1, 'x'] }] });
    expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed);
  });

  it('gives an issue without a path when the value itself is wrong', () => {
    expect(parse(point, 5, 'point')).toEqual({ ok: false, issues: [{ message: expect.any(String) }] });
  });

  it.each([[undefined], [null], [{}], [Object.create(null)]])(
    'takes %o as absent where nothing is expected',
    (value) => {
      expect(parseIn(nothing, value, 'time')).toEqual({ ok: true, value: undefined });
    },
  );

  it.each([[0], [''], [false], [[]], [{ a: 1 }]])('does not take %o as absent', (value) => {
    expect(parseIn(nothing, value, 'time')).toMatchObject({ ok: false });
  });

  it('reports what was wrong with the value itself when absence is no way out', () => {
    expect(parseIn(point, {}, 'point')).toEqual(parse(point, {}, 'point'));
    expect(parseIn(point, null, 'point')).toEqual(parse(point, null, 'point'));
  });
});

describe('parse', () => {
  it('refuses a schema that answers with a promise, naming the path', () => {
    const slow = z.string().refine(async () => true);
    expect(() => parse(slow, 'x', 'chat')).toThrow(TypeError);
    expect(() => parse(slow, 'x', 'chat')).toThrow(/channel "chat" answered with a promise/);
  });

  it('takes the failure of such a promise upon itself, so that it ends no process', () => {
    const then = vi.fn();
    const slow: AnySchema = { '~standard': { validate: () => ({ then }) } };
    expect(() => parse(slow, 'x', 'chat')).toThrow(TypeError);
    expect(then).toHaveBeenCalledWith(undefined, expect.any(Function));
  });

  it('makes strings of symbols in a path', () => {
    const odd: AnySchema = {
      '~standard': {
        validate: () => ({ issues: [{ message: 'no', path: [Symbol('a'), { key: 1 }, 'b'] }] }),
      },
    };
    expect(parse(odd, 1, 'chat')).toEqual({
      ok: false,
      issues: [{ message: 'no', path: ['Symbol(a)', 1, 'b'] }],
    });
  });

  it('tries null and {} as they are first', () => {
    expect(parseIn(z.null(), null, 'x')).toEqual({ ok: true, value: null });
    expect(parseIn(z.object({ a: z.string().optional() }).optional(), {}, 'x')).toEqual({
      ok: true,
      value: {},
    });
  });
});

describe('isSchema', () => {
  it.each([
    [undefined],
    [null],
    [{}],
    ['string'],
    [String],
    [{ '~standard': null }],
    [{ '~standard': { validate: 1 } }],
  ])('does not take %o for one', (value) => {
    expect(isSchema(value)).toBe(false);
  });
});
