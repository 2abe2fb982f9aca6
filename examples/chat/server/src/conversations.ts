// The messages of each room. They are read from the room's own log, which all processes share, so the chat needs no
// store of its own.
import { randomBytes } from 'node:crypto';
import type { Message } from '@wirepact-example/chat-contract';
import type { RoomId } from '@wirepact-example/chat-contract/facts';
import { Message as MessageSchema } from '@wirepact-example/chat-contract/rooms';
import type { ChatSockets } from './chat-sockets.js';

/** How long a log keeps messages: an hour, as far as its 1 MiB reaches. */
export const keptForMs = 3_600_000;
const keptPerRoom = 200;

export class Conversations {
  readonly #sockets: ChatSockets;

  constructor(sockets: ChatSockets) {
    this.#sockets = sockets;
  }

  /**
   * Sends a draft to its room, and resolves once it is accepted. If its writer sent it before, even to another process,
   * it is not sent again: the first message is returned, with `isNew: false`. `admit` is called before a new message is
   * sent, and may throw.
   */
  async say(
    draft: Pick<Message, 'room' | 'key' | 'from' | 'text'>,
    admit: () => void,
  ): Promise<{ readonly message: Message; readonly isNew: boolean }> {
    const said = await this.#said(draft.room);
    const known = said.find((message) => message.key === draft.key && message.from.id === draft.from.id);
    if (known) return { message: known, isNew: false };
    admit();
    const message: Message = { ...draft, id: randomBytes(8).toString('base64url'), at: Date.now() };
    await this.#sockets.room(draft.room).publish('chat', message);
    return { message, isNew: true };
  }

  /** The messages after the message `after`, or all of them if that one is not known. */
  async since(room: RoomId, after: string | undefined): Promise<readonly Message[]> {
    const said = await this.#said(room);
    const known = said.findIndex((message) => message.id === after);
    return said.slice(known + 1);
  }

  async #said(room: RoomId): Promise<readonly Message[]> {
    const logged = await this.#sockets.room(room).history({ limit: keptPerRoom });
    return logged.flatMap(({ path, data }) => {
      // messages from an older version of the server may have had another shape
      const message = path === 'chat' ? MessageSchema.safeParse(data) : undefined;
      return message?.success === true ? [message.data] : [];
    });
  }
}
