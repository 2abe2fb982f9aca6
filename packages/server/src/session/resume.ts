// Resumes a session on another connection: tells the client what was handled, sends the answers that it missed, and feeds it
// from every log where it left off.
import { closeCodes, type Cursor } from '@wirepact/core/internal';
import { sendMissed } from '../routing/answers.js';
import type { Call } from '../routing/call.js';
import type { Connection } from '../connection/connection.js';
import type { Hello } from './hello.js';
import { closeConnection, refuseOneTooMany, notify, welcome } from './lifecycle.js';
import { findRefusal, introduceRoom, leaveRoom } from '../rooms/membership.js';
import { handledNumbers } from './received-numbers.js';
import { hold, introduceEveryone, introduceInbox, release, tellGap } from '../delivery/replay.js';
import { everyoneName, inboxName } from '../delivery/log.js';
import type { Room } from '../rooms/rooms.js';
import type { Session } from './session.js';

/**
 * Hands a session over to a new connection. One that it still has is closed: the client is here, not there. `secret` is what
 * resumes it next, where that is known already. `false` where its user has as many as it may: it waits on.
 */
export function resumeSession(
  session: Session,
  connection: Connection,
  hello: Hello,
  secret?: string,
): boolean {
  const { hub, connection: old } = session;
  if (old === undefined && refuseOneTooMany(connection)) return false;
  hub.connections.bind(connection, session);
  if (session.pace !== undefined) connection.intake.goOnFrom(session.pace);
  session.pace = connection.intake.pace;
  session.behind = undefined;
  session.offeredToken = session.askedForTokenAt = undefined;
  if (old !== undefined && old !== connection)
    closeConnection(old, closeCodes.takenOver, 'the client is here by another connection');
  hub.suspended.delete(session);
  session.state = 'open';
  session.identity = connection.identity;
  session.request = connection.request;
  hub.counters.resumed += 1;
  session.unacknowledged = 0;
  welcome(session, `"resumed":true,"done":${JSON.stringify(handledNumbers(session))}`, hello.token, secret);
  // a page that was loaded anew has no use for what the one before it was reading
  for (const call of session.calls) if (isUnread(call, hello)) call.abort();
  for (const [id, taken] of hello.open) {
    const call = session.findCall(id);
    // of one that has told its end only a middleware still runs
    if (call !== undefined && call.stream?.hasEnded !== true) call.stream?.resume(taken);
    else if (id <= session.highest && !isOpenElsewhere(session, id)) sendMissed(session, id, taken);
  }
  readAll(session, hello.streams);
  session.questions.repeat();
  if (session.handlersInFlight >= hub.options.limits.maxInFlight) connection.intake.hold('handlers');
  notify(session, () => hub.hooks.event?.onResume?.(session.socket));
  return true;
}

/** A stream that is not listed, or by its `id` cannot be: it would go on with a hole in it. */
function isUnread({ channel, id }: Call, { open }: Hello): boolean {
  return channel?.stream !== undefined && !(typeof id === 'number' && open.has(id));
}

/** Another process is still handling it, or died over it: then it comes again. */
function isOpenElsewhere({ shared }: Session, number: number): boolean {
  return shared?.elsewhere.has(number) === true || shared?.unhandled.has(number) === true;
}

function readAll(session: Session, streams: Hello['streams']): void {
  introduceInbox(session, streams.get(inboxName));
  introduceEveryone(session, streams.get(everyoneName));
  for (const name of session.rooms) {
    const room = session.hub.rooms.find(name);
    if (room !== undefined) rejoin(session, room, streams.get(name));
  }
  // it was taken out of these while it was away
  for (const [room, from] of streams) {
    const isIn = room === inboxName || room === everyoneName || session.rooms.has(room);
    if (!isIn) turnOut(session, room, from);
  }
}

/** Who asked to join is asked for again; a join by the server is kept. */
function rejoin(session: Session, room: Room, cursor: Cursor | undefined): void {
  const membership = room.members.get(session);
  if (membership?.byClient !== true) return introduceRoom(session, room, cursor);
  const { connection } = session;
  hold(session, room.log, cursor?.[1] ?? room.log.at);
  void Promise.resolve(findRefusal(session, room.name)).then((refusal) => {
    // it may be elsewhere by now, or have left, and the server may have put it in again
    if (session.connection !== connection || room.members.get(session) !== membership) return;
    if (refusal === undefined) return introduceRoom(session, room, cursor);
    release(session, room.name);
    leaveRoom(session, room.name);
    turnOut(session, room.name, cursor ?? room.log.head);
  });
}

/** What was said there until it left, and it has not read, it may not read any more. */
function turnOut(session: Session, room: string, from: Cursor): void {
  tellGap(session, { room, why: 'denied', from });
  session.sendFrame('$leave', { room, why: 'removed' });
}
