// The contract of the chat: every message that the page and the server may exchange. `in` is what the server receives.
// `out` is what the server sends.
import { defineChannels, type Failure, type OutputOf } from '@wirepact/core';
import { z } from 'zod';
import { Name, Person } from './people.js';
import { Draft, Message, Point, Reaction, RoomName } from './rooms.js';

const conversation = defineChannels({
  chat: {
    in: Draft,
    out: Message,
    reply: z.object({ id: z.string(), at: z.number() }),
    errors: { TOO_FAST: z.object({ waitMs: z.number() }) },
    idempotent: true,
  },
  history: {
    in: z.object({ room: RoomName, after: z.string().optional() }),
    reply: z.object({ messages: z.array(Message) }),
    idempotent: true,
  },
  typing: { in: z.object({ room: RoomName }), out: Person, delivery: 'volatile' },
  // the newest values are sent again after every reconnect: `at` tells whether one was seen
  cursor: {
    in: Point.extend({ room: RoomName }),
    out: Point.extend({ user: z.string(), name: z.string(), at: z.number() }),
    delivery: 'latest',
    key: 'user',
  },
  reaction: {
    in: z.object({ room: RoomName, reaction: Reaction }),
    out: z.object({ user: z.string(), name: z.string(), reaction: Reaction, at: z.number() }),
    delivery: 'latest',
    key: 'user',
  },
  activity: { out: z.object({ room: RoomName, at: z.number() }), delivery: 'latest', key: 'room' },
});

const people = defineChannels({
  you: { out: Person },
  rename: {
    in: z.object({ name: Name }),
    reply: Person,
    errors: { NAME_TAKEN: z.object({ suggestion: z.string() }) },
  },
  renamed: { out: Person },
  away: { out: z.object({ member: z.string(), away: z.boolean() }), delivery: 'latest', key: 'member' },
});

const LogLine = z.object({ id: z.number(), at: z.number(), text: z.string() });

const line = defineChannels({
  clock: { in: z.void(), reply: z.object({ now: z.number(), upForMs: z.number() }) },
  log: { in: z.void(), stream: LogLine },
  /** Tells a page which server process it is connected to. Sent after every connect and reconnect. */
  served: { out: z.object({ by: z.string() }) },
  /** Tells a client that was disconnected when it came back: what others said before that moment had to wait for it. */
  back: { out: z.object({ at: z.number() }) },
});

/** Channels for a page without any library, which sends and receives plain `{ path, data }` messages. */
const plain = defineChannels({
  time: { in: z.void(), out: z.string() },
  output: { out: z.string() },
  connected: { out: z.object({ message: z.string(), waitsForMs: z.number() }) },
  test: { in: z.void(), out: z.array(z.record(z.string(), z.unknown())) },
});

export const channels = defineChannels({ ...conversation, ...people, ...line, ...plain });

export type Channels = typeof channels;
export type Person = z.infer<typeof Person>;
export type Message = z.infer<typeof Message>;
export type LogLine = z.infer<typeof LogLine>;
export type Cursor = OutputOf<Channels, 'cursor'>;
export type ChatFailure = Failure<Channels, 'wire'>['chat'];
