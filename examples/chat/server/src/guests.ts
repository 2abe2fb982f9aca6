// The guests: turns the token of a browser window into a guest with a free name.
import { createHash, randomBytes } from 'node:crypto';
import { maxNameLength } from '@wirepact-example/chat-contract/facts';
import { Name, Ticket } from '@wirepact-example/chat-contract/people';
import { SocketError } from '@wirepact/server';

/** A person with at least one open window. `name` changes when they choose another. */
export interface Guest {
  readonly id: string;
  name: string;
}

const bannedNames = ['banned'];
const natures = ['Quiet', 'Brisk', 'Amber', 'Early', 'Clever', 'Gentle', 'Rusty', 'Lucky'];
const birds = ['Heron', 'Wren', 'Swift', 'Plover', 'Finch', 'Magpie', 'Sparrow', 'Starling'];

/** Finds guests among the clients of this process only; with several processes, two guests can have the same name. */
export class Guests {
  readonly #here: () => Iterable<Guest>;

  constructor(here: () => Iterable<Guest>) {
    this.#here = here;
  }

  /** Returns the guest behind a token. Throws an error, which the page shows, if the guest is refused. */
  admit(token: string | undefined): Guest {
    const ticket = token === undefined ? { secret: randomBytes(16).toString('hex') } : readTicket(token);
    const id = createHash('sha256').update(ticket.secret).digest('base64url').slice(0, 12);
    const known = this.#find((guest) => guest.id === id);
    if (known) return known;
    const name = readName(ticket.name) ?? randomName();
    return { id, name: this.freeName(name, id) };
  }

  /**
   * Returns `name`, or the same name with a number if somebody else has it. Throws `forbidden`, which the page shows, for
   * a banned name.
   */
  freeName(name: string, ownId: string): string {
    if (bannedNames.includes(name.toLowerCase())) throw new SocketError('forbidden');
    const isTaken = (wish: string) =>
      this.#find((guest) => guest.id !== ownId && isSameName(guest.name, wish)) !== undefined;
    const stem = name.slice(0, maxNameLength - 4).trimEnd();
    let free = name;
    for (let number = 2; isTaken(free); number += 1) free = `${stem} ${number}`;
    return free;
  }

  #find(isWanted: (guest: Guest) => boolean): Guest | undefined {
    for (const guest of this.#here()) if (isWanted(guest)) return guest;
    return undefined;
  }
}

function readTicket(token: string): Ticket {
  try {
    return Ticket.parse(JSON.parse(token));
  } catch (cause) {
    throw new SocketError('unauthenticated', '[unauthenticated] the ticket cannot be read', { cause });
  }
}

function readName(wish: string | undefined): string | undefined {
  const name = Name.safeParse(wish);
  return name.success ? name.data : undefined;
}

function randomName(): string {
  const pick = (words: readonly string[]) => words[Math.floor(Math.random() * words.length)] ?? '';
  return `${pick(natures)} ${pick(birds)}`;
}

const isSameName = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
