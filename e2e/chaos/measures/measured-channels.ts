// The contract of the measured server: a tick for everybody, the same load by every policy, and what a session may do.
import { defineChannels } from '@wirepact/core';
import { z } from 'zod';

export const channels = defineChannels({
  /** When it was sent, on the monotonic clock that all processes of a machine share. */
  tick: { out: z.object({ sentAt: z.number() }) },
  reliable: { out: z.string() },
  latest: { out: z.string(), delivery: 'latest' },
  volatile: { out: z.string(), delivery: 'volatile' },
  tail: { in: z.void(), stream: z.string() },
  note: { in: z.string(), out: z.string() },
  ask: { in: z.string(), reply: z.string() },
});
export type Channels = typeof channels;

/** What floods the slow readers. */
export const policies = ['reliable', 'reliable to each', 'latest', 'volatile', 'stream'] as const;
export type Policy = (typeof policies)[number];

const filler = '.'.repeat(10_000);

/** What floods them: its number first, and for each receiver of its own where it is sent to each. */
export function createLoad(number: number, receiver = ''): string {
  return `${number} ${receiver}${filler}`;
}

export function numberOf(load: string): number {
  return parseInt(load);
}

/** Everybody is in the one; those who are flooded are in the other. */
export const [square, basin] = ['square', 'basin'];
