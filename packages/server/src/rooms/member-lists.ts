// What the members of a room are told of each other, where the application says what they may know.
import type { Hub } from '../hub.js';
import type { Room } from './rooms.js';
import type { Session } from '../session/session.js';

/** A session has entered a room: tells the others, and it who is there, as {@link tellMembers} does. */
export function announce(session: Session, room: Room): Promise<void> | undefined {
  const { cluster } = session.hub;
  const info = findInfo(session, room.name);
  cluster?.members.enter(session, room.name, info);
  if (info === undefined) return undefined;
  if (cluster === undefined) tellOf(room, session.id, info);
  return tellMembers(session, room, info);
}

/** A session has left a room: tells the others. */
export function announceLeave(session: Session, name: string): void {
  const { hub, id } = session;
  hub.cluster?.members.leave(session, name);
  const room = hub.rooms.find(name);
  if (hub.cluster === undefined && tracksMembers(hub) && room !== undefined) tellOf(room, id);
}

/**
 * Tells a session who is in its room; `own` is what is known of itself, where that was just asked. Where the engine has to be
 * asked first, it resolves when that is done, or takes too long to be waited for.
 */
export function tellMembers(session: Session, room: Room, own?: string): Promise<void> | undefined {
  const { hub, speaksProtocol, connection } = session;
  if (!speaksProtocol || !tracksMembers(hub)) return undefined;
  if (hub.cluster === undefined) {
    const infos = Array.from(room.members.keys(), (member) => {
      const info = member === session ? own : undefined;
      return [member.id, info ?? describe(member, room.name)] as const;
    });
    writeMembers(session, room.name, infos);
    return undefined;
  }
  const { members } = hub.cluster;
  const known = members.findKnown(room);
  if (known !== undefined) {
    writeMembers(session, room.name, known);
    return undefined;
  }
  const telling = members.list(room).then((infos) => {
    const isThere = session.connection === connection && room.members.has(session);
    if (isThere) writeMembers(session, room.name, infos);
  });
  return members.inTime(telling);
}

/** Tells the members that are here that somebody came, as its `info` says in JSON, or that it left. */
export function tellOf(room: Room, id: string, info?: string): void {
  const about = `{"room":${JSON.stringify(room.name)},"id":${JSON.stringify(id)}`;
  const data = info === undefined ? `${about}}` : `${about},"info":${info}}`;
  for (const other of room.members.keys()) {
    if (other.id !== id && other.speaksProtocol) other.write(other.hub.dialect.encode('$member', data));
  }
}

/** Whether members are told of each other at all. */
export function tracksMembers({ hooks }: Hub): boolean {
  return hooks.rooms?.member !== undefined;
}

/** What other members are told of a session, as JSON; `undefined` where they are told nothing. */
export function findInfo(session: Session, room: string): string | undefined {
  return tracksMembers(session.hub) ? describe(session, room) : undefined;
}

/** What other members may know of a session, as JSON. */
export function describe(session: Session, room: string): string {
  const { hub, socket } = session;
  try {
    return JSON.stringify(hub.hooks.rooms?.member?.(socket, room) ?? null) ?? 'null';
  } catch (error) {
    hub.report(error, session);
    return 'null';
  }
}

function writeMembers(session: Session, room: string, infos: Iterable<readonly [string, string]>): void {
  const all = Array.from(infos, ([id, info]) => `${JSON.stringify(id)}:${info}`);
  const data = `{"room":${JSON.stringify(room)},"members":{${all.join(',')}}}`;
  session.write(session.hub.dialect.encode('$members', data));
}
