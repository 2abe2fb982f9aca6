// Restores a session that was in other processes from what is known of it.
import type { Ranges } from '@wirepact/core/internal';
import { AnswerStore } from '../routing/answer-store.js';
import type { ClaimedSession } from './broker.js';
import type { Connection } from '../connection/connection.js';
import type { Hello } from '../session/hello.js';
import type { KnownSession } from './known-session.js';
import type { Log } from '../delivery/log.js';
import type { Membership } from '../rooms/rooms.js';
import { Session } from '../session/session.js';
import { SharedSession, type SharedSessionHost } from './shared-session.js';

/** No honest client leaves more gaps than this between its handled numbers, since `limits.maxInFlight` bounds its streams. */
const maxGaps = 256;

/** A session that was elsewhere. */
export interface Restorable {
  readonly id: string;
  readonly claimed: ClaimedSession;
  readonly known: KnownSession;
  readonly connection: Connection;
  readonly hello: Pick<Hello, 'open' | 'streams'>;
}

export function restoreSession(
  { id, claimed, known, connection, hello }: Restorable,
  host: SharedSessionHost,
): Session {
  const { hub } = connection;
  const { everyone, inbox, rooms } = known.state;
  everyone.since = Math.min(everyone.since, hub.everyone.log.at);
  const session = new Session(connection, everyone, id);
  const shared = new SharedSession(host, session, claimed.generation, true);
  session.shared = shared;
  // nothing may be written before it has been welcomed
  session.connection = undefined;
  session.state = 'suspended';
  shared.isRestored = true;
  const { log, membership: own } = session.openInbox();
  own.since = inbox;
  readAhead(log, own, hello);
  for (const [name, membership] of rooms) {
    const room = hub.rooms.add(session, name, membership);
    if (room !== undefined) readAhead(room.log, membership, hello);
    hub.cluster?.keepSoon(session, name);
  }
  for (const [number, processId] of known.running) shared.elsewhere.set(number, { processId });
  noteUnhandled(session, shared, known.done);
  noteBegun(session, shared, hello.open);
  session.answers = new AnswerStore(hub.options.session, known.answers);
  shared.noteKept(known.answers.map(([number]) => number));
  // those that the process before it gave up as well
  shared.noteKept(claimed.answers.keys());
  shared.noteRestored();
  // or who has it next would know less, should this process die before it puts anything down
  if (known.isNews) shared.noteDoubt();
  return session;
}

/** What it has missed is read with where the log stands, if that is read only now. */
function readAhead(log: Log, { since }: Pick<Membership, 'since'>, { streams }: Restorable['hello']): void {
  void log.source?.prepare(Math.max(since, streams.get(log.name)?.[1] ?? 0));
}

/** Numbers below the highest that are in none of the ranges, and are handled nowhere. */
function noteUnhandled(session: Session, { elsewhere, unhandled }: SharedSession, done: Ranges): void {
  const seen: Ranges[number][] = [...done];
  for (const number of elsewhere.keys()) seen.push([number, number]);
  seen.sort(([one], [other]) => one - other);
  for (const [first, last] of seen) {
    unhandled.add(session.highest + 1, first - 1);
    session.highest = Math.max(session.highest, last);
  }
}

/** A stream that its reader has a part of cannot be begun again without doubling that: it counts as handled, unanswered. */
function noteBegun(session: Session, { unhandled }: SharedSession, open: Hello['open']): void {
  for (const [number, taken] of open) {
    if (taken === 0) continue;
    // nobody else can tell whether that is true, so it may not cost much
    if (unhandled.ranges.length >= maxGaps) return;
    unhandled.add(session.highest + 1, number - 1);
    unhandled.remove(number);
    session.highest = Math.max(session.highest, number);
  }
}
