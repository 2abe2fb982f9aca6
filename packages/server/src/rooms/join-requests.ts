// What clients ask about rooms of their own accord: to join, to leave, and to continue reading from their position.
import type { Cursor, Frame } from '@wirepact/core/internal';
import { sendRefusal } from '../routing/answers.js';
import { isCursor } from '../session/hello.js';
import { everyoneName, inboxName } from '../delivery/log.js';
import {
  answerMember,
  enterRoom,
  findRefusal,
  introduceRoom,
  leaveRoom,
  type Entrance,
} from './membership.js';
import { toRecord } from '../read-json.js';
import { introduceEveryone, introduceInbox, isHeld } from '../delivery/replay.js';
import { findRoomNameFault } from './rooms.js';
import type { Session } from '../session/session.js';
import { overdrawnMs, takeFrom } from '../limits/token-bucket.js';

/** A client asks to join: refused unless `rooms.authorize` allows it. One that is in asks for what it missed. */
export function joinFromClient(session: Session, frame: Frame): void {
  const { maxRooms } = session.hub.options.limits;
  const sender = { session, path: frame.path, id: frame.id };
  const { room, from } = toRecord(frame.data);
  const cursor = isCursor(from) ? from : undefined;
  const isLog = session.speaksProtocol && (room === everyoneName || room === inboxName);
  const isStream = isLog && cursor !== undefined;
  const fault = isStream ? undefined : findRoomNameFault(room);
  if (fault !== undefined || typeof room !== 'string') {
    return sendRefusal(sender, 'invalid_input', fault ?? 'a room is named by a string');
  }
  const answer = (): void => {
    if (frame.id !== undefined) session.sendFrame(frame.path, { room }, frame.id);
  };
  const cancel = (): void => sendRefusal(sender, 'cancelled', `the room "${room}" was left meanwhile`);
  const entrance: Entrance = { from: cursor, answer, cancel };
  const isMember = isStream || session.rooms.has(room);
  if (isMember && cursor === undefined) return answerMember(session, room, entrance);
  const retryAfterMs = takeJoin(session);
  if (retryAfterMs > 0) {
    const text = 'a client may not join so many rooms a second';
    return sendRefusal(sender, 'rate_limited', text, { retryAfterMs });
  }
  if (isMember) {
    answer();
    return readAgain(session, room, cursor);
  }
  const pending = session.joining.get(room);
  if (pending === undefined && countJoined(session) >= maxRooms) {
    session.hub.counters.limited.joins += 1;
    return sendRefusal(sender, 'rate_limited', `a client may be in ${maxRooms} rooms`);
  }
  // left again while it was being decided: the join must not come after the leave
  const attempt = pending ?? { undecided: 0 };
  attempt.undecided += 1;
  session.joining.set(room, attempt);
  const decide = (refusal: string | undefined): void => {
    const isWanted = session.joining.get(room) === attempt;
    attempt.undecided -= 1;
    // where it asked more than once, one refusal is not the last word
    if (isWanted && (refusal === undefined || attempt.undecided === 0)) session.joining.delete(room);
    // the server has put it in meanwhile
    if (session.rooms.has(room)) return answerMember(session, room, entrance);
    if (refusal !== undefined) return sendRefusal(sender, 'denied', refusal);
    if (!isWanted) return cancel();
    enterRoom(session, room, entrance);
  };
  const refusal = findRefusal(session, room);
  if (!(refusal instanceof Promise)) return decide(refusal);
  // without an answer to wait for, the client goes on as though it were in
  const intake = frame.id === undefined ? session.connection?.intake : undefined;
  intake?.hold('join');
  void refusal.then(decide).finally(() => intake?.release('join'));
}

/** A client leaves; leaving a room it is not in does no harm. */
export function leaveFromClient(session: Session, frame: Frame): void {
  const { room } = toRecord(frame.data);
  if (typeof room === 'string') leaveRoom(session, room);
  if (frame.id !== undefined) session.sendFrame(frame.path, { room }, frame.id);
}

function readAgain(session: Session, name: string, cursor: Cursor | undefined): void {
  if (name === inboxName) return introduceInbox(session, cursor);
  if (name === everyoneName) return introduceEveryone(session, cursor);
  const room = session.hub.rooms.find(name);
  // where it is being found out whether it may read, it is read to after that
  if (room !== undefined && !isHeld(session, name)) introduceRoom(session, room, cursor);
}

/** In how many rooms a client is or may soon be by its own asking; those that the server put it into are not its doing. */
function countJoined(session: Session): number {
  let count = session.joining.size;
  for (const name of session.rooms) {
    if (session.hub.rooms.find(name)?.members.get(session)?.byClient === true) count += 1;
  }
  return count;
}

/** Counts a join; how long to wait for it, in ms, when that is one too many. */
function takeJoin(session: Session): number {
  const { options, counters } = session.hub;
  const now = options.clock.now();
  const fullAt = takeFrom(options.rates.joins, session.joinsFullAt, 1, now);
  const waitMs = overdrawnMs(options.rates.joins, fullAt, now);
  if (waitMs === 0) session.joinsFullAt = fullAt;
  else counters.limited.joins += 1;
  return waitMs;
}
