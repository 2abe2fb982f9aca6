// The members of rooms, as Redis keeps them. Each is signed for its room and session; one whose signature does not fit is
// ignored.
import type { BrokerListener, SharedMember } from '@wirepact/server';
import type { Engine } from './engine.js';
import type { Keys } from './keys.js';
import type { Command } from './redis-script.js';
import { enterCommand, leaveCommand, membersCommand, readKnown, readMembers } from './scripts/members.js';
import { notOurs, type SharedTexts } from './shared-text.js';

/** What the members need of the broker. */
export interface MembersHost {
  readonly keys: Keys;
  readonly texts: SharedTexts;
  readonly listener: BrokerListener;
  readonly engine: () => Engine;
}

/** Who is in the rooms. */
export class Members {
  readonly #host: MembersHost;

  constructor(host: MembersHost) {
    this.#host = host;
  }

  enter(room: string, { id, userId, info }: SharedMember): Promise<boolean> {
    const { keys, texts } = this.#host;
    const logKeys = keys.log(room);
    const known = texts.kept(JSON.stringify([userId ?? null, info]), logKeys.members, id);
    return this.#say(enterCommand(logKeys, id, known));
  }

  leave(room: string, id: string): Promise<boolean> {
    return this.#say(leaveCommand(this.#host.keys.log(room), id));
  }

  async of(room: string): Promise<readonly SharedMember[]> {
    const { keys, texts, listener, engine } = this.#host;
    const logKeys = keys.log(room);
    const raw = await engine().asks.ask(
      `the members of the room "${room}" could not be read`,
      membersCommand(logKeys),
      readMembers,
    );
    return raw.flatMap(({ id, known }) => {
      const text = texts.readKept(known, logKeys.members, id);
      const member = text === undefined ? undefined : readKnown(text);
      if (member === undefined) listener.failed(notOurs(`a member of the room "${room}"`));
      return member === undefined ? [] : [{ id, ...member }];
    });
  }

  async #say(command: Command): Promise<boolean> {
    return (await this.#host.engine().attempt(command)) !== undefined;
  }
}
