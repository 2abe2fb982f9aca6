import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineChannels } from '../contract.js';
import { assertWireSafe } from './assert-wire-safe.js';

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

const channels = defineChannels({
  chat: { in: z.object({ text: z.string() }), out: z.object({ id: z.string(), at: z.iso.datetime() }) },
  when: { in: isoDate, out: isoDate },
  day: { in: z.date(), out: z.date() },
  loud: { in: z.string().transform((text) => `${text}!`), out: z.string().transform((text) => `${text}!`) },
  size: { in: z.string().transform(Number), out: v.pipe(v.string(), v.transform(Number)) },
  count: { in: z.string(), reply: z.bigint() },
  price: { out: z.string(), answer: z.coerce.date() },
  empty: { in: z.void(), out: z.void() },
  amount: { in: z.string().transform(BigInt) },
  sum: { out: z.string(), answer: z.string().transform(BigInt) },
  ring: { in: z.string().transform(ringOf) },
  random: { in: z.string().transform(() => ({ of: BigInt(++runs) })) },
});

let runs = 0;

function ringOf(name: string) {
  const ring: { name: string; next?: unknown } = { name };
  return Object.assign(ring, { next: ring });
}

const at = '2026-01-02T03:04:05.000Z';

describe('assertWireSafe', () => {
  it('accepts schemas that can be run on both ends', () => {
    assertWireSafe(channels, {
      chat: { in: [{ text: 'hi' }], out: [{ id: 'm1', at }] },
      when: { in: [at], out: [at] },
      loud: { in: ['hi'] },
      size: { in: ['5'] },
      price: { answer: [at] },
      empty: { in: [undefined], out: [undefined] },
    });
  });

  it('accepts a result that has no JSON form where the result does not travel', () => {
    assertWireSafe(channels, { amount: { in: ['5'] }, sum: { answer: ['5'] }, ring: { in: ['a'] } });
  });

  it.each([
    [
      'what the client sends does not survive JSON',
      { day: { in: [new Date(at)] } },
      /day\.in: refuses "2026.*which is/,
    ],
    [
      'what the server sends does not survive JSON',
      { day: { out: [new Date(at)] } },
      /day\.out: refuses "2026/,
    ],
    ['the output is no input', { size: { out: ['5'] } }, /size\.out: refuses 5, which is what arrives/],
    ['a second run changes the value', { loud: { out: ['hi'] } }, /loud\.out: makes "hi!!" of .* not "hi!"/],
    ['there is no JSON form', { count: { reply: [5n] } }, /count\.reply: has no JSON form/],
    [
      'a second run changes a result that has no JSON form',
      { random: { in: ['a'] } },
      /random\.in: makes \{"of":"\d+n"\} of what arrives, and not/,
    ],
    ['the sample does not fit', { chat: { in: [{ text: 5 }] } }, /chat\.in: refuses the sample itself/],
    ['the channel is unknown', { constructor: { in: [1] } }, /constructor: the contract has no such channel/],
    [
      'the channel has no such schema',
      { chat: { reply: [1] } },
      /chat\.reply: the channel has no such schema/,
    ],
  ])('says so where %s', (_what, samples, message) => {
    expect(() => assertWireSafe(channels, samples as never)).toThrow(TypeError);
    expect(() => assertWireSafe(channels, samples as never)).toThrow(message);
  });

  it('lists every fault, not only the first', () => {
    expect(() => assertWireSafe(channels, { day: { in: [new Date(at)], out: [new Date(at)] } })).toThrow(
      /day\.in: .*\n- day\.out: /,
    );
  });

  it('takes only samples of the right type', () => {
    // @ts-expect-error the schema takes { text: string }
    expect(() => assertWireSafe(channels, { chat: { in: [{ text: 5 }] } })).toThrow();
  });
});
