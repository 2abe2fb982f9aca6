// Joining and leaving rooms, by the server or by the client, and what the other members are told of it.
import { isSocketError } from '@wirepact/core';
import type { Frame } from '@wirepact/core/internal';
import { sendRefusal } from './answers.js';
import { findRoomNameFault } from './rooms.js';
import type { Session } from './session.js';
import { overdrawnMs, takeFrom } from './token-bucket.js';

/** Puts a session into a room. Does nothing when it is there, or gone. */
export function enterRoom(session: Session, room: string): void {
  const { rooms, hooks } = session.hub;
  if (session.state !== 'open' || !rooms.add(session, room)) return;
  if (hooks.rooms?.member === undefined) return;
  const info = describe(session, room);
  tellOthers(session, room, info);
  if (!session.speaksProtocol) return;
  const members = Array.from(rooms.of(room), (member) => {
    return `${JSON.stringify(member.id)}:${member === session ? info : describe(member, room)}`;
  });
  tell(session, '$members', `{"room":${JSON.stringify(room)},"members":{${members.join(',')}}}`);
}

/** Takes a session out of a room, also out of one that it is about to enter. */
export function leaveRoom(session: Session, room: string, why?: 'removed'): void {
  session.joining.delete(room);
  if (!session.hub.rooms.remove(session, room)) return;
  if (why !== undefined) tell(session, '$leave', JSON.stringify({ room, why }));
  tellOthers(session, room);
}

/** Takes a session that has ended out of every room. */
export function leaveAllRooms(session: Session): void {
  session.hub.rooms.removeFromAll(session);
  for (const room of session.rooms) tellOthers(session, room);
}

/** A client asks to join: refused unless `rooms.authorize` allows it. */
export async function joinFromClient(session: Session, frame: Frame): Promise<void> {
  const { maxRooms } = session.hub.options.limits;
  const sender = { session, path: frame.path, id: frame.id };
  const room = roomOf(frame);
  const fault = findRoomNameFault(room);
  if (fault !== undefined || room === undefined) {
    return sendRefusal(sender, 'invalid_input', fault ?? 'a room is named by a string');
  }
  if (!session.rooms.has(room)) {
    if (session.rooms.size + session.joining.size >= maxRooms) {
      return sendRefusal(sender, 'rate_limited', `a client may be in ${maxRooms} rooms`);
    }
    const retryAfterMs = takeJoin(session);
    if (retryAfterMs > 0) {
      return sendRefusal(sender, 'rate_limited', 'a client may not join so many rooms a second', {
        retryAfterMs,
      });
    }
    // left again while it was being decided: the join must not come after the leave
    const attempt = session.joining.get(room) ?? Symbol(room);
    session.joining.set(room, attempt);
    const refusal = await findRefusal(session, room);
    const isWanted = session.joining.get(room) === attempt || session.rooms.has(room);
    if (isWanted) session.joining.delete(room);
    if (refusal !== undefined) return sendRefusal(sender, 'denied', refusal);
    if (!isWanted) return sendRefusal(sender, 'cancelled', `the room "${room}" was left meanwhile`);
    enterRoom(session, room);
  }
  if (frame.id !== undefined) session.sendFrame(frame.path, { room }, frame.id);
}

/** A client leaves; leaving a room it is not in does no harm. */
export function leaveFromClient(session: Session, frame: Frame): void {
  const room = roomOf(frame);
  if (room !== undefined) leaveRoom(session, room);
  if (frame.id !== undefined) session.sendFrame(frame.path, { room }, frame.id);
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

/** Why this client may not join this room, or `undefined` when it may. */
async function findRefusal(session: Session, room: string): Promise<string | undefined> {
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

/** Tells the other members that a session came, as its `info` says in JSON, or that it left. */
function tellOthers({ hub, id }: Session, room: string, info?: string): void {
  if (hub.hooks.rooms?.member === undefined) return;
  const about = `{"room":${JSON.stringify(room)},"id":${JSON.stringify(id)}`;
  const frame = hub.dialect.encode('$member', info === undefined ? `${about}}` : `${about},"info":${info}}`);
  for (const other of hub.rooms.of(room)) {
    if (other.id !== id && other.state === 'open' && other.speaksProtocol) other.outgoing.write(frame);
  }
}

/** What other members may know of a session, as JSON. */
function describe(session: Session, room: string): string {
  const { hub, socket } = session;
  try {
    return JSON.stringify(hub.hooks.rooms?.member?.(socket, room) ?? null) ?? 'null';
  } catch (error) {
    hub.report(error, session);
    return 'null';
  }
}

/** Only clients that speak the protocol are told: a plain one would not know the path. */
function tell(session: Session, path: string, json: string): void {
  if (session.state !== 'open' || !session.speaksProtocol) return;
  session.outgoing.write(session.hub.dialect.encode(path, json));
}

function roomOf({ data }: Frame): string | undefined {
  const room = typeof data === 'object' && data !== null ? (data as { room?: unknown }).room : undefined;
  return typeof room === 'string' ? room : undefined;
}
