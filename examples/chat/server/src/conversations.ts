// What was said in each room. It is read from the room's own log, which every process has, so that nothing is kept beside it.
import { randomBytes } from 'node:crypto';
import type { Message } from '@wirepact-example/chat-contract';
import type { RoomId } from '@wirepact-example/chat-contract/facts';
import { Message as MessageSchema } from '@wirepact-example/chat-contract/rooms';
import type { ChatSockets } from './chat-sockets.js';

/** An hour's talk can be read, as far as a log of 1 MiB goes. */
export const keptForMs = 3_600_000;
const keptPerRoom = 200;

export class Conversations {
  readonly #sockets: ChatSockets;

  constructor(sockets: ChatSockets) {
    this.#sockets = sockets;
  }

  /**
   * Says a draft to its room, and resolves once that is accepted. One that its writer sent before is said only once, whichever
   * process had it then: the message of the first time comes back, not new.
   */
  async say(draft: Pick<Message, 'room' | 'key' | 'from' | 'text'>): Promise<{
    readonly message: Message;
    readonly isNew: boolean;
  }> {
    const said = await this.#said(draft.room);
    const known = said.find((message) => message.key === draft.key && message.from.id === draft.from.id);
    if (known) return { message: known, isNew: false };
    const message: Message = { ...draft, id: randomBytes(8).toString('base64url'), at: Date.now() };
    await this.#sockets.room(draft.room).publish('chat', message);
    return { message, isNew: true };
  }

  /** What was said after the message `after`; everything when that one is not known. */
  async since(room: RoomId, after: string | undefined): Promise<readonly Message[]> {
    const said = await this.#said(room);
    const known = said.findIndex((message) => message.id === after);
    return said.slice(known + 1);
  }

  async #said(room: RoomId): Promise<readonly Message[]> {
    const logged = await this.#sockets.room(room).history({ limit: keptPerRoom });
    return logged.flatMap(({ path, data }) => {
      // what an older process said may have looked different
      const message = path === 'chat' ? MessageSchema.safeParse(data) : undefined;
      return message?.success === true ? [message.data] : [];
    });
  }
}
