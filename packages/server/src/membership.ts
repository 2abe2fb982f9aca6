// Joining and leaving rooms, by the server or by the client, and what the other members are told of it.
import { isSocketError, SocketError } from '@wirepact/core';
import type { Frame } from '@wirepact/core/internal';
import { sendRefusal } from './answers.js';
import type { Hub } from './hub.js';
import { findRoomNameFault } from './rooms.js';
import type { Session } from './session.js';

/** Puts a session into a room. Does nothing when it is there, or gone. */
export function enterRoom(hub: Hub, session: Session, room: string): void {
  if (session.state !== 'open' || !hub.rooms.add(session, room)) return;
  const { member } = hub.hooks.rooms ?? {};
  if (member === undefined) return;
  const info = describe(hub, session, room);
  const members: Record<string, unknown> = {};
  for (const other of hub.rooms.of(room)) {
    members[other.id] = other === session ? info : describe(hub, other, room);
    if (other !== session) tell(hub, other, '$member', { room, id: session.id, info });
  }
  tell(hub, session, '$members', { room, members });
}

/** Takes a session out of a room, also out of one that it is about to enter. */
export function leaveRoom(hub: Hub, session: Session, room: string, why?: 'removed'): void {
  session.joining.delete(room);
  if (!hub.rooms.remove(session, room)) return;
  if (why !== undefined) tell(hub, session, '$leave', { room, why });
  tellOfLeaving(hub, session, room);
}

/** Takes a session that has ended out of every room. */
export function leaveAllRooms(hub: Hub, session: Session): void {
  hub.rooms.removeFromAll(session);
  for (const room of session.rooms) tellOfLeaving(hub, session, room);
}

/** A client asks to join: refused unless `rooms.authorize` allows it. */
export async function joinFromClient(hub: Hub, session: Session, frame: Frame): Promise<void> {
  const room = roomOf(frame);
  const ask = { path: frame.path, id: frame.id };
  const fault = findRoomNameFault(room);
  if (fault !== undefined || room === undefined) {
    return sendRefusal(hub, session, ask, 'invalid_input', fault ?? 'a room is named by a string');
  }
  if (!session.rooms.has(room)) {
    const { maxRooms } = hub.options.limits;
    if (session.rooms.size + session.joining.size >= maxRooms) {
      return sendRefusal(hub, session, ask, 'rate_limited', `a client may be in ${maxRooms} rooms`);
    }
    // left again while it was being decided: the join must not come after the leave
    const attempt = Symbol(room);
    session.joining.set(room, attempt);
    const refusal = await findRefusal(hub, session, room);
    const isWanted = session.joining.get(room) === attempt;
    if (isWanted) session.joining.delete(room);
    if (refusal !== undefined) {
      return sendRefusal(hub, session, ask, 'denied', refusal.message.replace(/^\[\w+\] /, ''));
    }
    if (!isWanted)
      return sendRefusal(hub, session, ask, 'cancelled', `the room "${room}" was left meanwhile`);
    enterRoom(hub, session, room);
  }
  if (ask.id !== undefined) session.sendFrame(hub, frame.path, { room }, ask.id);
}

/** A client leaves; leaving a room it is not in does no harm. */
export function leaveFromClient(hub: Hub, session: Session, frame: Frame): void {
  const room = roomOf(frame);
  if (room !== undefined) leaveRoom(hub, session, room);
  if (frame.id !== undefined) session.sendFrame(hub, frame.path, { room }, frame.id);
}

async function findRefusal(hub: Hub, session: Session, room: string): Promise<SocketError | undefined> {
  const refused = new SocketError('denied', `[denied] the room "${room}" may not be joined`);
  try {
    const allowed = await hub.hooks.rooms?.authorize?.(session.socket, room);
    return allowed === true ? undefined : refused;
  } catch (error) {
    if (isSocketError(error, 'denied')) return error;
    hub.report(error, session);
    return refused;
  }
}

function tellOfLeaving(hub: Hub, session: Session, room: string): void {
  if (hub.hooks.rooms?.member === undefined) return;
  for (const other of hub.rooms.of(room)) tell(hub, other, '$member', { room, id: session.id });
}

function describe(hub: Hub, session: Session, room: string): unknown {
  try {
    return hub.hooks.rooms?.member?.(session.socket, room) ?? null;
  } catch (error) {
    hub.report(error, session);
    return null;
  }
}

/** Only clients that speak the protocol are told: a plain one would not know the path. */
function tell(hub: Hub, session: Session, path: string, data: unknown): void {
  if (session.speaksProtocol) session.sendFrame(hub, path, data);
}

function roomOf({ data }: Frame): string | undefined {
  const room = typeof data === 'object' && data !== null ? (data as { room?: unknown }).room : undefined;
  return typeof room === 'string' ? room : undefined;
}
