// Being in rooms: entering and leaving them, by the server or by the client, what is read there, and what the other members
// are told.
import { isSocketError } from '@wirepact/core';
import type { Cursor } from '@wirepact/core/internal';
import { announce, announceLeave, tellMembers } from './member-lists.js';
import { deny, hold, introduce, release } from './replay.js';
import type { Room } from './rooms.js';
import type { Session } from './session.js';

/** How a session comes into a room from the client's side. */
export interface Entrance {
  /** Where the client says it stands. */
  readonly from: Cursor | undefined;
  /** Tells the client that it is in, before anything that was said there. */
  readonly answer: () => void;
}

/** Puts a session into a room. Does nothing when it is there, or gone. */
export function enterRoom(session: Session, name: string, entrance?: Entrance): void {
  const { rooms, options } = session.hub;
  if (!session.isHere) return;
  const byClient = entrance !== undefined;
  const room = rooms.add(session, name, { sinceMs: options.clock.now(), byClient });
  if (room === undefined) return;
  noteMembership(session, room);
  announce(session, room);
  entrance?.answer();
  if (session.speaksProtocol) readFirst(session, room, entrance?.from);
}

/** Puts down where it is now, and where it stands there once that is known. */
function noteMembership({ shared }: Session, { log }: Room): void {
  if (shared === undefined) return;
  shared.noteState();
  void log.source?.prepare(Infinity)?.then(() => shared.noteState());
}

/** Takes a session out of a room, also out of one that it is about to enter. */
export function leaveRoom(session: Session, room: string, why?: 'removed'): void {
  session.joining.delete(room);
  if (!session.hub.rooms.remove(session, room)) return;
  session.shared?.noteState();
  if (why !== undefined && session.speaksProtocol) {
    deny(session, room);
    session.sendFrame('$leave', { room, why });
  } else release(session, room);
  announceLeave(session, room);
}

/** Takes a session that has ended out of every room. */
export function leaveAllRooms(session: Session): void {
  session.hub.rooms.removeFromAll(session);
  for (const room of session.rooms) announceLeave(session, room);
}

/** Tells a member that is back who is there, and reads to it what it missed. */
export function introduceRoom(session: Session, room: Room, cursor: Cursor | undefined): void {
  const membership = room.members.get(session);
  if (membership === undefined) return;
  tellMembers(session, room);
  introduce(session, room.log, cursor, { membership, values: room.log.latest });
}

/** A newcomer reads what was said before only where the application allows it. */
function readFirst(session: Session, room: Room, from: Cursor | undefined): void {
  const { hub, socket, connection } = session;
  const allow = hub.hooks.rooms?.history;
  if (allow === undefined) return begin(false);
  hold(session, room.log, room.log.at);
  void Promise.resolve()
    .then(() => allow(socket, room.name))
    .catch((error: unknown) => hub.report(error, session))
    .then((isAllowed) => begin(isAllowed === true));

  function begin(mayReadBack: boolean): void {
    const { log } = room;
    const membership = room.members.get(session);
    // it may have left by now
    if (membership === undefined) return;
    const isKnown = from?.[0] === log.epoch;
    if (mayReadBack) {
      // of a log that others have too it is not known here how far it goes back
      if (log.source !== undefined) membership.since = -1;
      else membership.since = isKnown ? Math.min(from[1], log.floor) : log.floor;
      membership.sinceMs = 0;
    }
    // one that came back by another connection has been read to
    if (session.connection !== connection) return;
    const cursor = mayReadBack && isKnown ? from : undefined;
    introduce(session, log, cursor, { membership, values: allow ? log.latest : undefined });
  }
}

/** Why this client may not be in this room, or `undefined` when it may. */
export async function findRefusal(session: Session, room: string): Promise<string | undefined> {
  const { hub, socket } = session;
  try {
    const isAllowed = await hub.hooks.rooms?.authorize?.(socket, room);
    if (isAllowed === true) return undefined;
  } catch (error) {
    if (isSocketError(error, 'denied')) return error.message.replace(/^\[\w+\] ?/, '');
    hub.report(error, session);
  }
  return `the room "${room}" may not be joined`;
}
