// The contract that Wirepact is tested with, and the room that everybody is in.
import { defineChannels } from '@wirepact/core';
import { z } from 'zod';
import { streams } from './contender.js';

const Numbered = z.object({ n: z.number() });

export const channels = defineChannels({
  message: { out: z.object({ run: z.number(), stream: z.enum(streams), n: z.number() }) },
  /** An event. */
  note: { in: Numbered },
  /** A question that must not be put twice. */
  ask: { in: Numbered, reply: Numbered },
  /** A question that may be. */
  save: { in: Numbered, reply: Numbered, idempotent: true },
});
export type Channels = typeof channels;

export const lobby = 'lobby';
