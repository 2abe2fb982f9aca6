// How a session begins, loses its connection, and ends, whichever side ends it. How it resumes is in resume.ts.
import { afterClose, cutReason, type Cursor } from '@wirepact/core/internal';
import type { Call } from '../routing/call.js';
import { tooManyOfUser } from '../handshake/capacity.js';
import type { Connection } from '../connection/connection.js';
import type { Hello } from './hello.js';
import { guarded } from '../guarded.js';
import { everyoneName, inboxName } from '../delivery/log.js';
import { leaveAllRooms } from '../rooms/membership.js';
import { tellGap } from '../delivery/replay.js';
import { Session } from './session.js';

/** A session that was put down for other processes before it began. */
export interface Announced {
  readonly id: string;
  readonly secret: string;
  /** Whether it was. */
  readonly isPut: boolean;
}

/**
 * Makes a session for a connection, greets the client, counts it, and tells the application; unless its user has as many as
 * it may.
 */
export function openSession(connection: Connection, hello?: Hello, announced?: Announced): void {
  const { hub } = connection;
  if (refuseOneTooMany(connection)) return;
  const { log } = hub.everyone;
  const sinceMs = hub.options.clock.now();
  const everyone = { since: log.at, sinceMs, sets: log.sets, byClient: false };
  const session = new Session(connection, everyone, announced?.id);
  hub.connections.bind(connection, session);
  if (connection.speaksProtocol) session.pace = connection.intake.pace;
  hub.roster.add(session);
  hub.counters.connected += 1;
  if (connection.speaksProtocol) {
    const streams = `{"${everyoneName}":${JSON.stringify(log.head)}}`;
    welcome(session, `"resumed":false,"streams":${streams}`, undefined, announced?.secret);
    if (hello !== undefined) tellLost(session, hello);
  } else if (hub.dialect.greeting !== undefined) {
    session.write(hub.dialect.greeting(session.id));
  }
  // with the secret that it was just given
  hub.cluster?.sessions.add(session, announced?.isPut);
  notify(session, () => hub.hooks.event?.onConnect?.(session.socket));
}

/** Closes a connection that takes no other's place, where its user has as many as it may. Whether it did. */
export function refuseOneTooMany(connection: Connection): boolean {
  const { hub, identity } = connection;
  if (hub.connections.countClientsOf(identity.userId) < hub.options.limits.socketsPerUser) return false;
  hub.counters.refused.user += 1;
  closeConnection(connection, tooManyOfUser.closeCode, tooManyOfUser.reason);
  return true;
}

/**
 * Answers `$hello`; `more` is the part of the answer that is this session's own, as JSON. `used` is the token of a return, and
 * `secret` the next one where that is known already.
 */
export function welcome(session: Session, more: string, used?: string, secret?: string): void {
  const { hub, id, resumeToken } = session;
  const data = `{"session":"${id}","token":"${resumeToken.rotate(used, secret)}",${more},${hub.terms}`;
  session.write(hub.dialect.encode('$welcome', data));
}

/**
 * Ends a session once: `onDisconnect` first, then it leaves the counts and its rooms. One that the application `isSentAway` by
 * ends in whatever process its client has reached meanwhile.
 */
export function endSession(session: Session, code: number, reason: string, isSentAway = false): void {
  if (!session.isHere) return;
  const { hub, socket, connection } = session;
  // what ends is not the session, which another process has
  if (session.isLetGo) return hub.cluster?.sessions.fenced(session, code);
  void hub.acknowledgements.settle(session);
  session.state = 'ending';
  session.connection = session.behind = undefined;
  if (connection !== undefined) closeConnection(connection, code, reason);
  hub.suspended.delete(session);
  session.joining.clear();
  session.questions.close();
  for (const call of session.calls) call.abort();
  notify(session, () => hub.hooks.event?.onDisconnect?.(socket, { code, reason }));
  leaveAllRooms(session);
  hub.roster.remove(session);
  session.inbox?.log.close();
  hub.cluster?.sessions.remove(session, isSentAway ? { code, reason } : undefined);
  hub.counters.disconnected += 1;
  session.state = 'ended';
  session.noteIdle();
  session.notePong();
}

/** The session goes on in another process, or waits for one: here it is over, and nobody is told that it has ended. */
export function letGo(session: Session, code: number, reason: string): void {
  if (!session.isHere) return;
  const { hub, socket, connection } = session;
  const wasConnected = session.state === 'open';
  session.state = 'ended';
  if (session.shared !== undefined) session.shared.isLetGo = true;
  session.connection = session.behind = undefined;
  if (connection !== undefined) closeConnection(connection, code, reason);
  hub.suspended.delete(session);
  session.joining.clear();
  session.questions.close();
  // a handler that runs may finish, and what it answers goes where the client is; a stream cannot
  for (const call of session.calls) if (call.channel?.stream !== undefined) breakOff(call);
  hub.rooms.removeFromAll(session);
  hub.roster.remove(session);
  session.inbox?.log.close();
  session.notePong();
  if (wasConnected) notify(session, () => hub.hooks.event?.onSuspend?.(socket, { code, reason }));
}

/** Stops what another process is to handle; a stream, unless its reader has a part of it, or it has come to its end. */
export function breakOff(call: Call): void {
  const { session, number, aborted, stream } = call;
  if (number !== undefined && !aborted && stream?.hasEnded !== true) session.shared?.unhandled.add(number);
  call.abort();
}

/** Whether another process can go on with it. */
export function isKeptElsewhere({ shared, speaksProtocol }: Session): boolean {
  return shared !== undefined && speaksProtocol;
}

/** Closes a connection from this side. */
export function closeConnection(connection: Connection, code: number, reason: string): void {
  connection.close(code, cutReason(reason));
  connection.hub.connections.delete(connection);
}

/**
 * A connection is over. Its session waits for the client to return, unless that is not to be expected: after a close that
 * was meant, or of a client that cannot.
 */
export function loseConnection(
  connection: Connection,
  code: number,
  reason: string,
  returns: boolean = afterClose(code) !== 'stay',
): void {
  closeConnection(connection, code, reason);
  const { session } = connection;
  if (session?.connection !== connection) return;
  if (returns && session.speaksProtocol) suspendSession(session, code, reason);
  else endSession(session, code, reason);
}

/** Its connection is away; it may come back. */
export function suspendSession(session: Session, code: number, reason: string): void {
  const { hub, socket } = session;
  session.state = 'suspended';
  session.connection = session.behind = undefined;
  session.offeredToken = session.askedForTokenAt = undefined;
  session.suspendedAt = hub.options.clock.now();
  session.lostWith = { code, reason };
  hub.counters.suspensions += 1;
  session.notePong();
  notify(session, () => hub.hooks.event?.onSuspend?.(socket, { code, reason }));
  // what the handler did may have ended it
  if (session.state !== 'suspended') return;
  for (const tooMany of hub.suspended.add(session)) endForGood(tooMany);
}

/** It did not return, or there are too many that may. */
export function endForGood(session: Session): void {
  const { code, reason } = session.lostWith;
  endSession(session, code, reason);
}

/** The client had a session that nobody knows any more: what it had not received of its streams is lost. */
function tellLost(session: Session, { streams }: Hello): void {
  const { hub } = session;
  for (const [room, from] of streams) {
    const log = room === everyoneName ? hub.everyone.log : hub.rooms.find(room)?.log;
    const why = log !== undefined && log.epoch === from[0] ? 'lost' : 'epoch';
    tellGap(session, { room, why, from, ...beginningOf(session, room) });
  }
}

/** Where a new session stands; in no room yet. */
function beginningOf({ hub, id }: Session, room: string): { readonly to?: Cursor } {
  if (room === inboxName) return { to: [id, 0] };
  return room === everyoneName ? { to: hub.everyone.log.head } : {};
}

/** Tells the application. What its handler throws, now or later, breaks nothing. */
export function notify(session: Session, handler: () => unknown): void {
  guarded(handler, (error) => session.hub.report(error, session));
}
