// What the members of a room are told about each other, if the application allows it.
import type { Outgoing } from '../connection/outgoing.js';
import { isThenable } from '../guarded.js';
import type { Hub } from '../hub.js';
import type { Room } from './rooms.js';
import type { Session } from '../session/session.js';

/** Who is in a room, and what the others are told of each, as JSON. */
type InfosNow = () => Iterable<readonly [id: string, info: string]>;

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
    return writeMembers(session, room, () => {
      return Array.from(room.members.keys(), (member) => {
        const info = member === session ? own : undefined;
        return [member.id, info ?? describe(member, room.name)] as const;
      });
    });
  }
  const { members } = hub.cluster;
  const known = members.findKnown(room);
  if (known !== undefined) return writeMembers(session, room, () => known);
  const telling = members.list(room).then((infos) => {
    return session.connection === connection ? writeMembers(session, room, () => infos) : undefined;
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
    const known = hub.hooks.rooms?.member?.(socket, room) ?? null;
    if (isThenable(known)) return refusePromise(session, known);
    return JSON.stringify(known) ?? 'null';
  } catch (error) {
    hub.report(error, session);
    return 'null';
  }
}

/** Servers whose application was told that it gives promises. */
const toldOfPromises = new WeakSet<Hub>();

/** A list is made in the midst of other things, which cannot wait for a promise. Its result is ignored. */
function refusePromise(session: Session, promise: PromiseLike<unknown>): string {
  const { hub } = session;
  void Promise.resolve(promise).catch(() => undefined);
  if (!toldOfPromises.has(hub)) {
    toldOfPromises.add(hub);
    const text = 'rooms.member gave a promise, and the members are told null; give what is known already';
    hub.report(new TypeError(text), session);
  }
  return 'null';
}

/** The last of the lists that wait, by what they wait for. */
const waiting = new WeakMap<Outgoing, Promise<void>>();

/**
 * Nobody is given up for a long list. Where more waits before it than may, it is sent when that is taken, as the room is then; it
 * resolves when that is done. Lists that wait go one after the other: if all looked whenever there is room, each would be made
 * as often as there are lists before it.
 */
function writeMembers(session: Session, room: Room, infosNow: InfosNow): Promise<void> | undefined {
  const { connection, hub } = session;
  const isIn = (): boolean => session.connection === connection && room.members.has(session);
  if (connection === undefined || !isIn()) return undefined;
  const { outgoing } = connection;
  const tryToWrite = (): boolean => {
    const all = Array.from(infosNow(), ([id, info]) => `${JSON.stringify(id)}:${info}`);
    const data = `{"room":${JSON.stringify(room.name)},"members":{${all.join(',')}}}`;
    const text = hub.dialect.encode('$members', data);
    if (!outgoing.hasRoomFor(text)) return false;
    outgoing.write(text);
    return true;
  };
  const before = waiting.get(outgoing);
  if (before === undefined && tryToWrite()) return undefined;
  const turn = (before ?? outgoing.roomForMore())
    .then(async () => {
      while (isIn() && !tryToWrite()) await outgoing.roomForMore();
    })
    .finally(() => {
      if (waiting.get(outgoing) === turn) waiting.delete(outgoing);
    });
  waiting.set(outgoing, turn);
  return turn;
}
