// The contract of the simulation: one channel for each promise. Every message carries a number of its own.
import { defineChannels } from '@wirepact/core';
import { z } from 'zod';

const Numbered = z.object({ n: z.number() });
/** `from` names the log, as the checker knows it; the handler takes `ms`. */
const Said = Numbered.extend({ from: z.string(), ms: z.number() });

export const channels = defineChannels({
  /** What servers send reliably. `to` names the log, as the checker knows it. */
  note: { out: z.object({ to: z.string(), n: z.number(), padding: z.string().optional() }) },
  /** What clients send reliably. */
  say: { in: Said },
  ask: { in: Said, reply: Numbered },
  keep: { in: Numbered.extend({ ms: z.number() }), reply: Numbered, idempotent: true },
  tail: { in: z.object({ items: z.number(), ms: z.number() }), stream: z.number() },
  price: { out: Numbered, answer: Numbered },
  cursor: { out: Numbered, delivery: 'latest' },
  typing: { out: Numbered, delivery: 'volatile' },
});

export type Channels = typeof channels;
