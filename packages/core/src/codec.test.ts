import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, maxPathLength } from './codec.js';
import type { Frame } from './frames.js';

const paths = fc.string({ minLength: 1, maxLength: maxPathLength, unit: 'binary' });
const ids = fc.oneof(fc.maxSafeInteger(), fc.string());
const errors = fc.record({ code: fc.string(), message: fc.string() });
const heads = fc.record(
  {
    room: fc.string(),
    id: ids,
    error: errors,
    more: fc.constant(true as const),
    n: fc.nat(),
    end: fc.constant(true as const),
  },
  { requiredKeys: [] },
);
const values = fc.option(fc.jsonValue(), { nil: undefined });

const whyOf = (text: string): string => {
  const decoded = decodeFrame(text);
  return decoded.ok ? 'it was read' : decoded.why;
};

describe('encodeFrame', () => {
  it('writes what JSON.stringify makes of the frame', () => {
    fc.assert(
      fc.property(paths, values, heads, (path, data, { room, id, error, more, n, end }) => {
        const head = { room, id, error, more, n, end } as object;
        const text = encodeFrame(path, JSON.stringify(data), head);
        expect(text).toBe(JSON.stringify({ path, data, room, id, error, more, n, end }));
      }),
    );
  });

  it('writes a path alone where nothing else is given', () => {
    expect(encodeFrame('time', undefined)).toBe('{"path":"time"}');
  });
});

describe('decodeFrame', () => {
  it('reads what encodeFrame wrote', () => {
    fc.assert(
      fc.property(paths, values, heads, (path, data, head) => {
        const decoded = decodeFrame(encodeFrame(path, JSON.stringify(data), head));
        const frame: Frame = { path, ...(data !== undefined && { data }), ...head };
        // -0 is no number of JSON's
        expect(decoded).toEqual({ ok: true, frame: JSON.parse(JSON.stringify(frame)) });
      }),
    );
  });

  it('never throws, whatever the text', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.json().map((json) => json.slice(0, -1)),
      fc.tuple(fc.constantFrom('[', '{"a":'), fc.nat(50_000)).map(([open, depth]) => open.repeat(depth)),
      fc
        .dictionary(fc.constantFrom('path', 'id', 'data', '__proto__'), fc.jsonValue())
        .map((o) => JSON.stringify(o)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const decoded = decodeFrame(text);
        if (decoded.ok) expect(decoded.frame.path).not.toBe('');
        else expect(decoded.why).not.toBe('');
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(['', 'hello', '{', "{'path':'a'}", 'undefined', '{"path":"a"}x'])(
    'says that %j is not JSON',
    (text) => {
      expect(whyOf(text)).toBe('the message is not JSON');
    },
  );

  it.each(['null', '1', '"a"', 'true', '[]', '[{"path":"a"}]'])('says that %s is no object', (text) => {
    expect(whyOf(text)).toBe('the message is not a JSON object');
  });

  it.each(['{}', '{"path":null}', '{"path":7}', '{"path":""}', '{"Path":"a"}', '{"__proto__":{"path":"a"}}'])(
    'says that %s has no path',
    (text) => {
      expect(whyOf(text)).toBe('the message has no path');
    },
  );

  it('takes a path of 256 characters, and no longer one', () => {
    const frameWith = (length: number): string => JSON.stringify({ path: 'p'.repeat(length) });
    expect(decodeFrame(frameWith(256)).ok).toBe(true);
    expect(whyOf(frameWith(257))).toBe('the path is longer than 256 characters');
  });

  it.each(['1', '0', '-1', '"a"', '""', '9007199254740991'])('takes the id %s', (id) => {
    expect(decodeFrame(`{"path":"a","id":${id}}`).ok).toBe(true);
  });

  it.each(['null', 'true', '1.5', '1e300', '9007199254740992', '[]', '{}'])('refuses the id %s', (id) => {
    expect(whyOf(`{"path":"a","id":${id}}`)).toBe('the id is neither a string nor a whole number');
  });

  it('leaves keys that it does not know alone', () => {
    const decoded = decodeFrame('{"path":"a","status":200,"timestamp":1}');
    expect(decoded).toEqual({ ok: true, frame: { path: 'a', status: 200, timestamp: 1 } });
  });
});
