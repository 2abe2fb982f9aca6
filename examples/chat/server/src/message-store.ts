// What was said, in memory and bounded: the newest of every room, until the process ends.
import { randomBytes } from 'node:crypto';
import type { Message } from '@wirepact-example/chat-contract';
import type { RoomId } from '@wirepact-example/chat-contract/facts';

const keptPerRoom = 200;

export class MessageStore {
  readonly startedAt = Date.now();
  readonly #rooms = new Map<RoomId, Message[]>();

  /** A draft that its writer sent before is said only once: the message of the first time comes back, not new. */
  add(draft: Pick<Message, 'room' | 'key' | 'from' | 'text'>): {
    readonly message: Message;
    readonly isNew: boolean;
  } {
    const said = this.#said(draft.room);
    const known = said.find((message) => message.key === draft.key && message.from.id === draft.from.id);
    if (known) return { message: known, isNew: false };
    const message: Message = { ...draft, id: randomBytes(8).toString('base64url'), at: Date.now() };
    said.push(message);
    if (said.length > keptPerRoom) said.shift();
    return { message, isNew: true };
  }

  /** What was said after the message `after`; everything when that one is not known here. */
  since(room: RoomId, after: string | undefined): readonly Message[] {
    const said = this.#said(room);
    const known = said.findIndex((message) => message.id === after);
    return said.slice(known + 1);
  }

  #said(room: RoomId): Message[] {
    const said = this.#rooms.get(room) ?? [];
    this.#rooms.set(room, said);
    return said;
  }
}
