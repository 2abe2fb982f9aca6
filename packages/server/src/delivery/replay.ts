// Feeds a session from a log that it is behind: after a resume or a join, or because it read too slowly. That costs no memory
// but a position, and writes no more bytes than the network accepts.
import type { Cursor, GapCause, ProtocolData } from '@wirepact/core/internal';
import type { Connection } from '../connection/connection.js';
import { everyoneName, type Entry, type Log } from './log.js';
import type { LatestValues } from './latest-values.js';
import type { Membership } from '../rooms/rooms.js';
import type { Session } from '../session/session.js';

/** How far a session has been read to from one log. */
export interface Reader {
  readonly log: Log;
  at: number;
  /** Whether it may read is being found out. */
  isHeld: boolean;
  /** What it reads is being fetched. */
  isFetching?: boolean;
  /** It resumed or joined, and is told when it has caught up. */
  readonly isIntroduced: boolean;
  /** The `latest` values it is sent after that. */
  readonly latest?: Pick<Permission, 'membership' | 'values'>;
}

/** What a session may read of a log. */
export interface Permission {
  /** Nothing from before that. */
  readonly membership: Pick<Membership, 'since' | 'sinceMs' | 'sets'>;
  readonly values: LatestValues | undefined;
  /** The log was asked whether it has come as far as the cursor. */
  readonly isReached?: boolean;
}

/** Writes one entry, whose frame for this client is `text`, or its position only to the one it is not for. */
export function writeEntry(
  { outgoing, session, speaksProtocol }: Connection,
  entry: Entry,
  text: string,
): void {
  if (entry.exceptId === undefined || (entry.exceptId !== session?.id && entry.exceptId !== everyoneName)) {
    outgoing.write(text);
  } else if (speaksProtocol) {
    outgoing.write(skipText(entry));
  }
}

/** Nothing of this log is written until {@link introduce} or {@link release}: it is being found out what may be. */
export function hold(session: Session, log: Log, at: number): void {
  (session.behind ??= new Map()).set(log.name, { log, at, isHeld: true, isIntroduced: true });
}

export function isHeld(session: Session, name: string): boolean {
  return session.behind?.get(name)?.isHeld === true;
}

/** The session reads this log no more. */
export function release(session: Session, name: string): void {
  session.behind?.delete(name);
}

/** It may read this log no more, and is told if there is something that it has not read. */
export function deny(session: Session, name: string): void {
  const reader = session.behind?.get(name);
  if (reader === undefined) return;
  const { log, at } = reader;
  if (at < log.at) tellGap(session, { room: name, why: 'denied', from: [log.epoch, at] });
  release(session, name);
}

/**
 * Tells the session where it stands, and reads to it what came after that. `cursor` is where it says it is: a hint, from
 * which nothing follows that `permission` does not allow. A log that seems not to have come that far is asked for once.
 */
export function introduce(
  session: Session,
  log: Log,
  cursor: Cursor | undefined,
  permission: Permission,
): void {
  if (session.connection === undefined) return release(session, log.name);
  const { membership, isReached = false } = permission;
  const preparing = log.source?.prepare(Math.max(membership.since, cursor?.[1] ?? 0));
  const mayBeBehind = preparing === undefined && !isReached;
  const reaching = mayBeBehind && cursor !== undefined ? log.source?.reach(cursor) : undefined;
  const awaited = preparing ?? reaching;
  if (awaited === undefined) return tellAndBegin(session, log, cursor, permission);
  hold(session, log, cursor?.[1] ?? log.at);
  onceSettled(session, log, awaited, () => {
    // what was set meanwhile it has not seen
    const { latest: values } = log;
    introduce(session, log, cursor, { membership, values, isReached: isReached || reaching !== undefined });
  });
}

/** Reads to a newcomer that is told nothing of logs, from where it turns out to stand. */
export function readOnceItStands(session: Session, log: Log, membership: Membership): void {
  const placing = membership.since === Infinity ? log.source?.prepare(Infinity) : undefined;
  if (placing !== undefined) {
    hold(session, log, log.at);
    onceSettled(session, log, placing, () => readOnceItStands(session, log, membership));
  } else if (isHeld(session, log.name)) {
    const latest = { values: log.latest, membership };
    begin(session, { log, at: membership.since, isHeld: false, isIntroduced: false, latest });
  }
}

/** Goes on with one that is held. It may be gone or elsewhere by then, or know already what it may read. */
function onceSettled(session: Session, log: Log, settling: Promise<void>, goOn: () => void): void {
  const { connection } = session;
  const reader = session.behind?.get(log.name);
  void settling.then(() => {
    if (session.connection === connection && session.behind?.get(log.name) === reader) goOn();
  });
}

function tellAndBegin(session: Session, log: Log, cursor: Cursor | undefined, permission: Permission): void {
  const { membership, values } = permission;
  const { since } = membership;
  const { from, why } = findStart(log, cursor, since);
  const { name: room, epoch } = log;
  if (why !== undefined) tellGap(session, { room, why, from: cursor ?? [epoch, since], to: [epoch, from] });
  session.sendFrame('$stream', { room, epoch, from, count: log.countAfter(from) });
  begin(session, { log, at: from, isHeld: false, isIntroduced: true, latest: { values, membership } });
}

function begin(session: Session, reader: Reader): void {
  (session.behind ??= new Map()).set(reader.log.name, reader);
  read(session, reader);
}

/** Reads to a session what was sent to it alone. What it has acknowledged is not kept. */
export function introduceInbox(session: Session, cursor: Cursor | undefined): void {
  const { log, membership } = session.openInbox();
  introduce(session, log, cursor, { membership, values: log.latest });
}

/** Reads to a session what was sent to everyone since it came. */
export function introduceEveryone(session: Session, cursor: Cursor | undefined): void {
  const { log } = session.hub.everyone;
  introduce(session, log, cursor, { membership: session.everyone, values: log.latest });
}

/** It reads too slowly: from `at` on it gets this log's entries later, out of the log. */
export function noteLag(session: Session, log: Log, at: number): void {
  session.hub.counters.lagged += 1;
  (session.behind ??= new Map()).set(log.name, { log, at, isHeld: false, isIntroduced: false });
}

/** There will be nobody to read to it: says what it does not get. */
export function giveUpReading(session: Session): void {
  for (const { log, at } of session.behind?.values() ?? []) {
    const { name: room, epoch, head } = log;
    const isMissing = session.speaksProtocol && at < log.at;
    if (isMissing) tellGap(session, { room, why: 'lost', from: [epoch, at], to: head });
  }
  session.behind = undefined;
}

/** The network took something: goes on reading to a session that is behind. */
export function catchUp(session: Session): void {
  if (session.behind === undefined) return;
  for (const reader of session.behind.values()) if (!read(session, reader)) return;
}

/** Whether the next one may be read to it. */
function read(session: Session, reader: Reader): boolean {
  const { connection, hub } = session;
  if (connection === undefined || reader.isHeld || reader.isFetching === true) return true;
  const { outgoing } = connection;
  const { log } = reader;
  if (outgoing.bufferedBytes >= hub.options.backpressure.resumeBytes) return false;
  if (reader.at < log.floor) {
    const preparing = log.source?.prepare(reader.at);
    if (preparing !== undefined) {
      reader.isFetching = true;
      void preparing.then(() => {
        reader.isFetching = false;
        if (session.connection === connection && session.behind?.get(log.name) === reader) catchUp(session);
      });
      return true;
    }
    // a plain client cannot be told that something is missing
    if (!session.speaksProtocol) return (outgoing.giveUp(), false);
    const why = reader.isIntroduced ? 'trimmed' : 'lagged';
    const { name: room, epoch, floor } = log;
    tellGap(session, { room, why, from: [epoch, reader.at], to: [epoch, floor] });
    reader.at = log.floor;
  }
  while (reader.at < log.at) {
    const spare = hub.options.backpressure.resumeBytes - outgoing.bufferedBytes;
    if (spare <= 0) {
      // another one may have less to read
      session.behind?.delete(log.name);
      session.behind?.set(log.name, reader);
      return false;
    }
    reader.at = writeNext(connection, log, reader.at, spare);
  }
  release(session, log.name);
  if (reader.isIntroduced) session.sendFrame('$live', { room: log.name, at: reader.at });
  sendLatest(session, reader);
  return true;
}

/** Writes what follows a position, about so many bytes of it, and says how far that was. */
function writeNext(connection: Connection, log: Log, at: number, bytes: number): number {
  const batch = connection.speaksProtocol ? log.batchAfter(at, bytes) : undefined;
  if (batch !== undefined) {
    connection.outgoing.writeAll(batch.frames);
    return batch.to;
  }
  const [entry] = log.after(at);
  if (entry === undefined) return log.at;
  writeEntry(connection, entry, connection.speaksProtocol ? log.textOf(entry) : entry.message.plainFrame());
  return entry.at;
}

function sendLatest(session: Session, { latest }: Reader): void {
  const { connection, id } = session;
  if (latest?.values === undefined) return;
  for (const message of latest.values.since(latest.membership, id)) {
    connection?.outgoing.deliver(message);
  }
}

/** From where entries follow, and why what lies between that and the cursor cannot be had. */
function findStart(
  log: Log,
  cursor: Cursor | undefined,
  since: number,
): { readonly from: number; readonly why?: GapCause } {
  const first = Math.max(since, log.floor);
  const isMissing = since >= 0 && since < log.floor;
  if (cursor === undefined) return isMissing ? { from: first, why: 'trimmed' } : { from: first };
  const [epoch, at] = cursor;
  if (epoch !== log.epoch) return { from: first, why: 'epoch' };
  if (at > log.at) return { from: first, why: 'fork' };
  if (at < log.floor) return { from: first, why: 'trimmed' };
  if (at < since) return { from: since, why: 'denied' };
  // the client has what the log has lost, and others have written on
  return log.stands(at) ? { from: at } : { from: log.lastUpTo(at), why: 'fork' };
}

/** Says what cannot be had any more. */
export function tellGap(session: Session, gap: ProtocolData['$gap']): void {
  session.hub.counters.gaps += 1;
  session.sendFrame('$gap', gap);
}

function skipText({ at, after, message: { room } }: Entry): string {
  return `{"path":"$skip","room":${JSON.stringify(room ?? everyoneName)},"at":${at},"after":${after}}`;
}
