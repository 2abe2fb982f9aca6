// Makes a session of what another process had put down of it, and of what that process says of it itself, if it still can.
import { AnswerStore, type AnswerFrame } from './answer-store.js';
import type { ClaimedSession } from './broker.js';
import type { Connection } from './connection.js';
import type { Hello } from './hello.js';
import { parseJson } from './read-json.js';
import { Session } from './session.js';
import { decodeDone, decodeState } from './session-state.js';
import { SharedSession, type SharedSessionHost } from './shared-session.js';

/** What a process knows of a session beyond what it had put down. */
export interface HandedOver {
  readonly done?: string;
  readonly answers?: readonly (readonly [number, readonly AnswerFrame[]])[];
  /** What it is still handling. */
  readonly running?: readonly number[];
}

/** A session that was elsewhere. */
export interface Restorable {
  readonly id: string;
  readonly claimed: ClaimedSession;
  readonly handedOver: HandedOver | undefined;
  readonly connection: Connection;
  readonly open: Hello['open'];
}

export function restoreSession(
  { id, claimed, handedOver, connection, open }: Restorable,
  host: SharedSessionHost,
): Session {
  const { hub } = connection;
  const { everyone, inbox, rooms } = decodeState(claimed.state);
  everyone.since = Math.min(everyone.since, hub.everyone.log.at);
  const session = new Session(connection, everyone, id);
  const shared = new SharedSession(host, session, claimed.generation, true);
  session.shared = shared;
  // nothing may be written before it has been welcomed
  session.connection = undefined;
  session.state = 'suspended';
  shared.cameFrom = claimed.processId;
  session.openInbox().membership.since = inbox;
  for (const [name, membership] of rooms) {
    hub.rooms.add(session, name, membership);
    hub.cluster?.members.keep(session, name);
  }
  for (const number of handedOver?.running ?? []) shared.elsewhere.set(number, undefined);
  const ranges = decodeDone(handedOver?.done ?? claimed.done);
  // a stream that its reader has a part of cannot be begun again without doubling that: it counts as handled, unanswered
  const begun = [...open].flatMap(([number, taken]) => (taken > 0 ? number : []));
  session.highest = Math.max(0, ...ranges.map(([, last]) => last), ...shared.elsewhere.keys(), ...begun);
  noteUnhandled(session, ranges);
  for (const number of begun) shared.unhandled.delete(number);
  const answers =
    handedOver?.answers ?? [...claimed.answers].map(([number, text]) => [number, readFrames(text)] as const);
  session.answers = new AnswerStore(hub.options.session, answers);
  shared.noteKept(answers.map(([number]) => number));
  return session;
}

/** Numbers below the highest that are in none of the ranges, which rise, and are handled nowhere. */
function noteUnhandled({ highest, shared }: Session, ranges: ReturnType<typeof decodeDone>): void {
  let next = 1;
  for (const [first, last] of [...ranges, [highest + 1, highest + 1] as const]) {
    for (; next < first; next += 1) if (shared?.elsewhere.has(next) !== true) shared?.unhandled.add(next);
    next = Math.max(next, last + 1);
  }
}

function readFrames(text: string): readonly AnswerFrame[] {
  const frames = parseJson(text);
  return Array.isArray(frames) ? (frames as readonly AnswerFrame[]) : [];
}
