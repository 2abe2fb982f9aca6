// The rooms, their members and logs. A room exists while it has a member, or while its log may still be read.
import { everyoneName, type Log } from '../delivery/log.js';
import type { Roster } from '../session/roster.js';
import type { Session } from '../session/session.js';

/** A session's place in a stream. */
export interface Membership {
  /** Nothing up to this position is read to it, whatever it asks for; below 0 it may read all there is… */
  since: number;
  /** …and no `latest` value that was set before, in ms since the epoch… */
  sinceMs: number;
  /** …or was among the so many that had been set here by then. Who came to another process is told by the time alone. */
  sets?: number;
  /** It asked to join, and is asked for again when it resumes. */
  readonly byClient: boolean;
  /** Whether it may read what was said before it came is not known yet: on which connection that is found out, it is read to. */
  isUndecided?: boolean;
  /** Settles when it was told who is there, as long as that is being found out. */
  telling?: Promise<void> | undefined;
}

/** Sessions that are sent the same, and the log of it. */
export interface Group {
  readonly name: string;
  readonly log: Log;
  /** Whose inbox it is. */
  readonly session?: Session;
  sessions(): Iterable<Session>;
  membershipOf(session: Session): Membership | undefined;
}

/** Makes the log of a group. */
export type OpenLog = (group: Group) => Log;

/** Everyone. */
export class Everyone implements Group {
  readonly name: string = everyoneName;
  readonly log: Log;
  readonly #roster: Roster;

  constructor(openLog: OpenLog, roster: Roster) {
    this.#roster = roster;
    this.log = openLog(this);
  }

  sessions(): Iterable<Session> {
    return this.#roster.all();
  }

  membershipOf({ everyone }: Session): Membership {
    return everyone;
  }
}

/** One room. */
export class Room implements Group {
  readonly name: string;
  readonly log: Log;
  readonly members: Map<Session, Membership> = new Map();

  constructor(name: string, openLog: OpenLog) {
    this.name = name;
    this.log = openLog(this);
  }

  sessions(): Iterable<Session> {
    return this.members.keys();
  }

  membershipOf(session: Session): Membership | undefined {
    return this.members.get(session);
  }
}

/** How many empty rooms are kept. Of more, those that were left first are dropped. */
const maxEmptyRooms = 10_000;

/** The rooms of one server. */
export class Rooms {
  readonly #rooms = new Map<string, Room>();
  readonly #openLog: OpenLog;
  /**
   * A room that nobody is in is kept while something was said there since this time, in ms since the epoch, for newcomers that
   * may read it; without it no such room is kept.
   */
  readonly #keptSince: (() => number) | undefined;
  /** Rooms that nobody is in. */
  readonly #empty = new Set<Room>();

  constructor(openLog: OpenLog, keptSince?: () => number) {
    this.#openLog = openLog;
    this.#keptSince = keptSince;
  }

  /** How many rooms somebody is in. */
  get size(): number {
    return this.#rooms.size - this.#empty.size;
  }

  find(name: string): Room | undefined {
    const room = this.#rooms.get(name);
    if (room === undefined || !this.#isOver(room)) return room;
    // while nobody is connected, no sweep comes by
    this.#drop(room);
    return undefined;
  }

  /** The room that a message is sent to; `undefined` where nobody could ever read it. */
  toSendTo(name: string): Room | undefined {
    return this.find(name) ?? (this.#keptSince && this.#make(name));
  }

  /** `undefined` when it was there already. */
  add(
    session: Session,
    name: string,
    { since, ...given }: Omit<Membership, 'since'> & Partial<Membership>,
  ): Room | undefined {
    if (session.rooms.has(name)) return undefined;
    const room = this.find(name) ?? this.#make(name);
    session.rooms.add(name);
    const start = since === undefined ? { since: room.log.at, sets: room.log.sets } : { since };
    const membership: Membership = { ...start, ...given };
    room.members.set(session, membership);
    room.log.source?.place(membership, since);
    this.#empty.delete(room);
    return room;
  }

  /** `false` when it was not there. */
  remove(session: Session, name: string): boolean {
    if (!session.rooms.delete(name)) return false;
    this.#forget(session, name);
    return true;
  }

  /** Takes a session that is gone out of every room. Its own list stays, for handlers that look at it later. */
  removeFromAll(session: Session): void {
    for (const name of session.rooms) this.#forget(session, name);
  }

  /** Gives up the rooms that nobody is in and where nothing was said for too long. */
  sweep(): void {
    for (const room of this.#empty) if (this.#isOver(room)) this.#drop(room);
  }

  #isOver({ members, log }: Room): boolean {
    return members.size === 0 && this.#keptSince !== undefined && log.newestAt < this.#keptSince();
  }

  #make(name: string): Room {
    const room = new Room(name, this.#openLog);
    this.#rooms.set(name, room);
    this.#keepEmpty(room);
    return room;
  }

  #forget(session: Session, name: string): void {
    const room = this.#rooms.get(name);
    if (room?.members.delete(session) !== true || room.members.size > 0) return;
    this.#keepEmpty(room);
    if (this.#keptSince === undefined || room.log.isEmpty) this.#drop(room);
  }

  #keepEmpty(room: Room): void {
    this.#empty.add(room);
    const [first] = this.#empty;
    if (first !== undefined && this.#empty.size > maxEmptyRooms) this.#drop(first);
  }

  #drop(room: Room): void {
    room.log.close();
    this.#rooms.delete(room.name);
    this.#empty.delete(room);
  }
}

/** Why a name cannot be a room's, or `undefined` when it can. */
export function findRoomNameFault(room: unknown): string | undefined {
  if (typeof room !== 'string' || room === '') return 'a room is named by a string that is not empty';
  // a client says by name where it stands in its rooms, and no message may have the key `__proto__`
  if (room === '*' || room === '__proto__' || room.startsWith('$'))
    return `the room name "${room}" is reserved`;
  if (isIllFormed(room)) return 'a room name must not contain a lone surrogate';
  if (Buffer.byteLength(room) > 255) return 'a room name is at most 255 bytes long';

  return /[\u0000-\u001f\u007f]/.test(room) ? 'a room name has no control characters' : undefined;
}

/** Whether a text has half a character somewhere: in UTF-8 all of those are one, and what they name would be too. */
export function isIllFormed(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
