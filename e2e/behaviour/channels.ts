// The contract of the behaviour suite: one channel for each way in which the two ends may talk.
import { defineChannels } from '@wirepact/core';
import { z } from 'zod';

const Point = z.object({ user: z.string(), x: z.number() });
const Numbered = z.object({ n: z.number() });
const Instant = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

export const channels = defineChannels({
  time: { in: z.void(), out: z.string() },
  output: { out: z.string() },
  count: { in: Numbered, out: Numbered },
  greeting: { out: z.object({ name: z.string() }) },
  chat: {
    in: z.object({ text: z.string().min(1) }),
    out: z.object({ from: z.string(), text: z.string() }),
    reply: z.object({ id: z.string() }),
    errors: { MUTED: z.object({ until: z.number() }), BANNED: z.void() },
  },
  save: { in: Numbered, reply: Numbered, idempotent: true },
  forget: { in: Numbered, reply: z.void() },
  tail: { in: Numbered, stream: z.number(), errors: { DRY: z.object({ after: z.number() }) } },
  lines: { in: Numbered, stream: z.string(), idempotent: true },
  price: {
    out: z.object({ item: z.string() }),
    answer: z.number(),
    errors: { SOLD_OUT: z.object({ item: z.string() }) },
  },
  cursor: { in: Point, out: Point, delivery: 'latest', key: 'user' },
  volume: { in: z.number(), out: z.number(), delivery: 'latest' },
  typing: { in: z.string(), out: z.string(), delivery: 'volatile' },
  moment: { out: Instant },
});

export type Channels = typeof channels;
