// The contract of servers that are joined over Redis, and what is sent by it.
import { defineChannels } from '@wirepact/core';
import { z } from 'zod';
import { nowMs } from '../now-ms.js';

export const channels = defineChannels({
  /** `sender` and `n`: the n-th that it sent to this room, from 1. */
  note: { out: z.object({ sender: z.string(), n: z.number(), sentAt: z.number(), text: z.string() }) },
});
export type Channels = typeof channels;

/** What travels, about 100 bytes. */
interface Note {
  readonly sender: string;
  readonly n: number;
  readonly sentAt: number;
  readonly text: string;
}

/** Makes the notes of a sender, each the next one to its room. */
export function createNotes(sender: string): (room: string) => Note {
  const sent = new Map<string, number>();
  return (room) => {
    const n = (sent.get(room) ?? 0) + 1;
    sent.set(room, n);
    return { sender, n, sentAt: nowMs(), text: 'nothing that anybody has to read' };
  };
}
