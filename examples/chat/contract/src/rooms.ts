// The schemas of everything that happens in a room: messages, pointers and reactions.
import { z } from 'zod';
import { maxTextLength, reactions, rooms } from './facts.js';
import { Person } from './people.js';

export const RoomName = z.enum(rooms.map((room) => room.id));

/**
 * A message as the page sends it. `key` is the page's own id for it, so that a message that is sent twice appears once.
 */
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

/** A position in the conversation's pane: 0 to 1 from the left, and 0 to 1 from the top. */
export const Point = z.object({ x: z.number().min(0).max(1), y: z.number().min(0).max(1) });

export const Reaction = z.enum(reactions);
