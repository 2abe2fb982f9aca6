// Membership in rooms: entering and leaving, by the server or by the client, what a member may read, and what the others are
// told.
import { isSocketError } from '@wirepact/core';
import type { Cursor } from '@wirepact/core/internal';
import { isThenable } from '../guarded.js';
import { announce, announceLeave, tellMembers } from './member-lists.js';
import { deny, hold, introduce, isHeld, readOnceItStands, release } from '../delivery/replay.js';
import type { Room } from './rooms.js';
import type { Session } from '../session/session.js';

/** How a session comes into a room from the client's side. */
export interface Entrance {
  /** Where the client says it stands. */
  readonly from: Cursor | undefined;
  /** Tells the client that it is in, before anything that was said there. */
  readonly answer: () => void;
  /** Tells it that it was out again before that. */
  readonly cancel: () => void;
}

/** Puts a session into a room. Does nothing when it is there, or gone. */
export function enterRoom(session: Session, name: string, entrance?: Entrance): void {
  const { speaksProtocol, hub } = session;
  if (!session.isHere || session.isLetGo) return;
  const byClient = entrance !== undefined;
  const isUndecided = speaksProtocol && hub.hooks.rooms?.history !== undefined;
  const sinceMs = hub.options.clock.now();
  const room = hub.rooms.add(session, name, { sinceMs, byClient, ...(isUndecided && { isUndecided }) });
  if (room === undefined) return;
  noteMembership(session, room);
  const goOn = (): void => {
    entrance?.answer();
    if (speaksProtocol) return readFirst(session, room, entrance?.from);
    const membership = room.members.get(session);
    if (membership !== undefined) readOnceItStands(session, room.log, membership);
  };
  afterTelling(session, room, announce(session, room), { at: room.log.at, goOn, cancel: entrance?.cancel });
}

/** Answers one that asks to be let in where it is. */
export function answerMember(session: Session, name: string, { answer, cancel }: Entrance): void {
  const telling = session.hub.rooms.find(name)?.members.get(session)?.telling;
  if (telling === undefined) return answer();
  void telling.then(() => (session.rooms.has(name) ? answer() : cancel()));
}

/** What comes after it was told who is there. */
interface Telling {
  /** How far it has read the room's log. */
  readonly at: number;
  readonly goOn: () => void;
  /** It was taken out of the room meanwhile. */
  readonly cancel?: (() => void) | undefined;
}

/** Until a member was told who is there, nothing of the room is written to it. On another connection all that begins anew. */
function afterTelling(
  session: Session,
  room: Room,
  telling: Promise<void> | undefined,
  { at, goOn, cancel }: Telling,
): void {
  const membership = room.members.get(session);
  if (telling === undefined || membership === undefined) return goOn();
  const { connection } = session;
  hold(session, room.log, at);
  membership.telling = telling;
  void telling.then(() => {
    if (membership.telling === telling) membership.telling = undefined;
    if (session.connection !== connection) return;
    if (room.members.get(session) === membership) goOn();
    else cancel?.();
  });
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
  // whoever has it elsewhere says what becomes of it
  if (session.state === 'ended' || session.isLetGo) return;
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
  const goOn = (): void => {
    // its connection was another one before it was known
    if (membership.isUndecided === true) readFirst(session, room, cursor);
    else introduce(session, room.log, cursor, { membership, values: room.log.latest });
  };
  afterTelling(session, room, tellMembers(session, room), { at: cursor?.[1] ?? room.log.at, goOn });
}

/** A newcomer reads what was said before only where the application allows it. */
function readFirst(session: Session, room: Room, from: Cursor | undefined): void {
  const { hub, socket, connection } = session;
  const allow = hub.hooks.rooms?.history;
  const membership = room.members.get(session);
  // where it was held back already it has not seen what was set since it came
  const values = allow !== undefined || isHeld(session, room.name) ? room.log.latest : undefined;
  if (allow === undefined) return begin(false);
  hold(session, room.log, room.log.at);
  void Promise.resolve()
    .then(() => allow(socket, room.name))
    .catch((error: unknown) => hub.report(error, session))
    .then((isAllowed) => begin(isAllowed === true));

  function begin(mayReadBack: boolean): void {
    const { log } = room;
    // it may have left by now, and one that came back by another connection is asked for anew
    if (membership === undefined || room.members.get(session) !== membership) return;
    if (session.connection !== connection) return;
    const isKnown = from?.[0] === log.epoch;
    // while nobody was connected, nothing was let go of
    hub.logs.trim(log);
    if (mayReadBack) {
      // of a log that others have too it is not known here how far it goes back
      if (log.source !== undefined) membership.since = -1;
      else membership.since = isKnown ? Math.min(from[1], log.floor) : log.floor;
      membership.sinceMs = membership.sets = 0;
    }
    if (membership.isUndecided === true) {
      membership.isUndecided = false;
      session.shared?.noteState();
    }
    const cursor = mayReadBack && isKnown ? from : undefined;
    introduce(session, log, cursor, { membership, values });
  }
}

/** Why this client may not be in this room, or `undefined` when it may. At once where the application says so at once. */
export function findRefusal(
  session: Session,
  room: string,
): string | undefined | Promise<string | undefined> {
  const { hub, socket } = session;
  const refusal = `the room "${room}" may not be joined`;
  const judge = (isAllowed: unknown): string | undefined => (isAllowed === true ? undefined : refusal);
  const explain = (error: unknown): string => {
    if (isSocketError(error, 'denied')) return error.message.replace(/^\[\w+\] ?/, '');
    hub.report(error, session);
    return refusal;
  };
  try {
    const isAllowed: unknown = hub.hooks.rooms?.authorize?.(socket, room);
    return isThenable(isAllowed) ? Promise.resolve(isAllowed).then(judge).catch(explain) : judge(isAllowed);
  } catch (error) {
    return explain(error);
  }
}
