// The contract of the reference server: one small channel for each thing that the protocol can do.
import { defineChannels } from '@wirepact/core';
import { z } from 'zod';

const text = z.object({ text: z.string() });
const room = z.object({ room: z.string(), text: z.string().default('') });

export const channels = defineChannels({
  time: { in: z.void(), out: z.string() },
  output: { out: z.string() },
  chat: {
    in: text,
    out: text,
    reply: z.object({ id: z.string() }),
    errors: { MUTED: z.object({ until: z.string() }) },
  },
  note: { in: z.string() },
  nothing: { in: z.void(), out: z.string() },
  maybe: { in: z.void(), out: z.string().optional() },
  profile: { in: z.void(), out: z.object({ name: z.string() }) },
  misfit: { in: z.void(), out: z.string() },
  throws: { in: z.enum(['error', 'undeclared', 'forbidden']), reply: z.string() },
  wait: { in: z.void(), reply: z.string() },
  hold: { in: z.string(), reply: z.string() },
  release: { in: z.string() },
  add: { in: z.string() },
  count: { in: z.string(), reply: z.number() },
  tail: { in: z.object({ count: z.number(), size: z.number().default(1) }), stream: z.string() },
  enter: { in: room },
  exit: { in: room },
  expel: { in: z.object({ room: z.string(), session: z.string() }) },
  announce: { in: room },
  others: { in: room },
  everyone: { in: z.string() },
  tell: { in: z.string() },
  whisper: { in: z.object({ session: z.string(), text: z.string() }) },
  lock: { in: room },
  flood: { in: z.object({ room: z.string().optional(), count: z.number(), size: z.number() }) },
  price: {
    out: z.object({ of: z.string() }),
    answer: z.number(),
    errors: { UNKNOWN: z.object({ of: z.string() }) },
  },
  shop: { in: z.string(), reply: z.string() },
  close: { in: z.object({ code: z.number(), reason: z.string().default('') }) },
  who: { in: z.void(), out: z.string() },
  log: { in: z.void(), reply: z.array(z.string()) },
  cursor: { out: z.object({ user: z.string(), x: z.number() }), delivery: 'latest', key: 'user' },
  move: { in: z.object({ room: z.string(), user: z.string(), x: z.number() }) },
  hint: { out: z.string(), delivery: 'volatile' },
  blink: { in: room },
  typing: { in: z.boolean(), delivery: 'volatile' },
  save: { in: z.string(), idempotent: true },
});

export type Channels = typeof channels;
