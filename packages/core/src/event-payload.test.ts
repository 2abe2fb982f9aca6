import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrameHead } from './frames.js';
import { eventPayloadClient, eventPayloadServer } from './event-payload.js';

const names = fc.string({ minLength: 1, maxLength: 40 }).filter((name) => !name.startsWith('$'));
const heads = fc.record(
  { id: fc.oneof(fc.integer(), fc.string()), room: fc.string(), more: fc.constant(true) },
  { requiredKeys: [] },
) as fc.Arbitrary<FrameHead>;

function framesOf(decoded: ReturnType<typeof eventPayloadServer.decode>): unknown {
  return decoded.ok ? JSON.parse(JSON.stringify(decoded.frame)) : decoded.why;
}

describe('event-payload', () => {
  it.each([
    { from: 'a client', to: 'a server', writer: eventPayloadClient, reader: eventPayloadServer },
    { from: 'a server', to: 'a client', writer: eventPayloadServer, reader: eventPayloadClient },
  ])('carries what $from writes to $to', ({ writer, reader }) => {
    const { takenNames } = eventPayloadServer;
    const isOwn = (name: string): boolean => takenNames!.in.has(name) || takenNames!.out.has(name);
    fc.assert(
      fc.property(
        names.filter((name) => !isOwn(name)),
        fc.jsonValue(),
        heads,
        (path, value, head) => {
          const data = JSON.stringify(value);
          const frame = framesOf(reader.decode(writer.encode(path, data, head)));
          expect(frame).toEqual({ path, data: JSON.parse(data), ...head });
        },
      ),
    );
  });

  it.each([
    ['$join', '{"room":"lo\\"bby"}', '{"event":"joinRoom","room":"lo\\"bby","id":1}'],
    ['$leave', '{"room":"lobby"}', '{"event":"leftRoom","room":"lobby","id":1}'],
    ['$ping', undefined, '{"event":"ping","id":1}'],
  ])('writes %s of a client as Vania does, and reads it', (path, data, text) => {
    expect(eventPayloadClient.encode(path, data, { id: 1 })).toBe(text);
    const wanted = data === undefined ? {} : { data: JSON.parse(data) as unknown };
    expect(framesOf(eventPayloadServer.decode(text))).toMatchObject({ path, id: 1, ...wanted });
  });

  it.each([
    ['{"event":"error","payload":{"code":"denied","message":"no"}}', { code: 'denied', message: 'no' }],
    ['{"event":"error","payload":{"message":"no"}}', { code: 'internal', message: 'no' }],
    ['{"event":"error","payload":"no"}', { code: 'internal' }],
    ['{"event":"error"}', { code: 'internal' }],
  ])('makes an error of %s', (text, data) => {
    expect(framesOf(eventPayloadClient.decode(text))).toEqual({ path: '$error', data });
  });

  it('lets neither end write the names of the protocol itself', () => {
    for (const { decode } of [eventPayloadClient, eventPayloadServer]) {
      expect(decode('{"event":"$leave","payload":{"room":"lobby"}}')).toEqual({
        ok: false,
        why: 'no event begins with "$"',
      });
    }
  });

  it('never throws, whatever the text', () => {
    const frames = fc.record(
      { event: fc.jsonValue(), payload: fc.jsonValue(), room: fc.jsonValue(), id: fc.jsonValue() },
      { requiredKeys: [] },
    );
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      frames.map((frame) => JSON.stringify(frame)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        for (const { decode } of [eventPayloadClient, eventPayloadServer]) decode(text);
      }),
    );
  });
});
