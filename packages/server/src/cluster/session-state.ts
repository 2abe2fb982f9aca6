// The state of a session (its rooms and its positions in the logs), as it is stored for another process to continue from.
import type { Ranges } from '@wirepact/core/internal';
import { isPosition } from '../session/hello.js';
import type { Hub } from '../hub.js';
import { findRoomNameFault, type Group, type Membership } from '../rooms/rooms.js';
import { parseJson, toRecord } from '../read-json.js';
import type { Session } from '../session/session.js';

/** What another process needs to know of a session. */
export interface SessionStateRecord {
  /** The claim by which the process had it that wrote this. */
  readonly by: number;
  readonly everyone: Membership;
  /** What of its direct messages it has acknowledged. */
  readonly inbox: number;
  readonly rooms: ReadonlyMap<string, Membership>;
}

export function encodeState(session: Session): string {
  const { hub, inbox } = session;
  const rooms = Array.from(session.rooms, (name) => [name, hub.rooms.find(name)] as const);
  const { generation = 1 } = session.shared ?? {};
  return JSON.stringify({
    everyone: toRow(session, hub.everyone),
    inbox: inbox?.membership.since ?? 0,
    rooms: Object.fromEntries(rooms.flatMap(([name, room]) => (room ? [[name, toRow(session, room)]] : []))),
    // the engine keeps many of these, and short ones take less than half of the room
    ...(generation > 1 && { by: generation }),
  });
}

/** Where a session stands that is about to begin. */
export function encodeNewState({ everyone, options }: Hub): string {
  return JSON.stringify({ everyone: [everyone.log.at, options.clock.now(), false], inbox: 0, rooms: {} });
}

/** Reads what {@link encodeState} wrote; whatever is not as it should be counts as not there. */
export function decodeState(text: string): SessionStateRecord {
  const { by, everyone, inbox, rooms } = toRecord(parseJson(text));
  return {
    by: isPosition(by) ? by : 1,
    everyone: fromRow(everyone) ?? { since: 0, sinceMs: 0, byClient: false },
    inbox: isPosition(inbox) ? inbox : 0,
    rooms: new Map(
      Object.entries(toRecord(rooms)).flatMap(([name, row]) => {
        const membership = findRoomNameFault(name) === undefined ? fromRow(row) : undefined;
        return membership === undefined ? [] : [[name, membership] as const];
      }),
    ),
  };
}

/** The ranges of numbers that were handled, as the engine has them. */
export function decodeDone(text: string): Ranges {
  // nothing yet: to find that out by an exception was what restoring a session cost most
  if (text === '') return [];
  const done = parseJson(text);
  return Array.isArray(done) ? done.filter(isRange) : [];
}

function isRange(range: unknown): range is Ranges[number] {
  if (!Array.isArray(range) || range.length !== 2) return false;
  const [first, last] = range as readonly unknown[];
  return isPosition(first) && isPosition(last) && first > 0 && first <= last;
}

function toRow(session: Session, group: Group): readonly unknown[] | undefined {
  const membership = group.membershipOf(session);
  if (membership === undefined) return undefined;
  const { since, sinceMs, byClient, isUndecided } = membership;
  // where a newcomer stands is being found out: not before what is here
  const from = Number.isFinite(since) ? Math.max(0, since) : group.log.at;
  return [from, sinceMs, byClient, ...(isUndecided === true ? [true] : [])];
}

function fromRow(row: unknown): Membership | undefined {
  if (!Array.isArray(row)) return undefined;
  const [since, sinceMs, byClient, isUndecided] = row as readonly unknown[];
  const fits = isPosition(since) && typeof sinceMs === 'number' && typeof byClient === 'boolean';
  if (!fits) return undefined;
  return { since, sinceMs, byClient, ...(isUndecided === true && { isUndecided }) };
}
