// What is said in rooms, and what is only hinted at there.
import { z } from 'zod';
import { maxTextLength, reactions, rooms } from './facts.js';
import { Person } from './people.js';

export const RoomName = z.enum(rooms.map((room) => room.id));

/** `key` is the writer's own name for the message: sent twice, it is still said once. */
export const Draft = z.object({
  room: RoomName,
  key: z.string().min(8).max(64),
  text: z.string().trim().min(1).max(maxTextLength),
});

export const Message = z.object({
  id: z.string(),
  key: z.string(),
  room: RoomName,
  from: Person,
  text: z.string(),
  /** In ms since the epoch, by the server's clock. */
  at: z.number(),
});

/** A place in the conversation's pane: 0 to 1 from its left, and from its top. */
export const Point = z.object({ x: z.number().min(0).max(1), y: z.number().min(0).max(1) });

export const Reaction = z.enum(reactions);
