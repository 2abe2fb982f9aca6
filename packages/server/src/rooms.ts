// Who is where. A room exists while somebody is in it.
import type { Session } from './session.js';

const empty: ReadonlySet<Session> = new Set();

/** Who is in which room. */
export class Rooms {
  readonly #rooms = new Map<string, Set<Session>>();

  /** How many rooms there are. */
  get size(): number {
    return this.#rooms.size;
  }

  /** The sessions in a room, in the order in which they came. */
  of(room: string): ReadonlySet<Session> {
    return this.#rooms.get(room) ?? empty;
  }

  /** `false` when it was there already. */
  add(session: Session, room: string): boolean {
    if (session.rooms.has(room)) return false;
    session.rooms.add(room);
    const members = this.#rooms.get(room);
    if (members === undefined) this.#rooms.set(room, new Set([session]));
    else members.add(session);
    return true;
  }

  /** `false` when it was not there. */
  remove(session: Session, room: string): boolean {
    if (!session.rooms.delete(room)) return false;
    this.#forget(session, room);
    return true;
  }

  /** Takes a session that is gone out of every room. Its own list stays, for handlers that look at it later. */
  removeFromAll(session: Session): void {
    for (const room of session.rooms) this.#forget(session, room);
  }

  #forget(session: Session, room: string): void {
    const members = this.#rooms.get(room);
    members?.delete(session);
    if (members?.size === 0) this.#rooms.delete(room);
  }
}

/** Why a name cannot be a room's, or `undefined` when it can. */
export function findRoomNameFault(room: unknown): string | undefined {
  if (typeof room !== 'string' || room === '') return 'a room is named by a string that is not empty';
  if (room === '*' || room.startsWith('$')) return `the room name "${room}" is reserved`;
  if (Buffer.byteLength(room) > 255) return 'a room name is at most 255 bytes long';

  return /[\u0000-\u001f\u007f]/.test(room) ? 'a room name has no control characters' : undefined;
}
