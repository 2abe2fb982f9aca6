// Makes a session of what another process had put down of it, and of what that process says of it itself, if it still can.
import { AnswerStore, type AnswerFrame } from './answer-store.js';
import type { ClaimedSession } from './broker.js';
import type { Connection } from './connection.js';
import type { Hello } from './hello.js';
import { areFrames, type HandedOver } from './process-messages.js';
import { parseJson } from './read-json.js';
import { Session } from './session.js';
import { decodeDone, decodeState, type Range } from './session-state.js';
import { SharedSession, type SharedSessionHost } from './shared-session.js';

/**
 * No client leaves more messages open than this. What says so was not written by a process of ours, or a client says it that
 * wants every number before it to be remembered.
 */
const maxOpen = 10_000;

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
  noteNumbers(session, decodeDone(handedOver?.done ?? claimed.done), handedOver?.running ?? []);
  noteBegun(session, open);
  const answers =
    handedOver?.answers ?? [...claimed.answers].map(([number, text]) => [number, readFrames(text)] as const);
  session.answers = new AnswerStore(hub.options.session, answers);
  shared.noteKept(answers.map(([number]) => number));
  return session;
}

/** Notes what was handled, in ranges that rise, what is being handled elsewhere, and what of the numbers below that is neither. */
function noteNumbers(session: Session, ranges: readonly Range[], running: readonly number[]): void {
  const known = [...ranges, ...running.map((number): Range => [number, number])];
  known.sort(([one], [other]) => one - other);
  const unhandled: number[] = [];
  let highest = 0;
  for (const [first, last] of known) {
    if (first - highest > maxOpen - unhandled.length) return;
    while ((highest += 1) < first) unhandled.push(highest);
    highest = Math.max(highest - 1, last);
  }
  session.highest = highest;
  for (const number of running) session.shared?.elsewhere.set(number, undefined);
  for (const number of unhandled) session.shared?.unhandled.add(number);
}

/** A stream that its reader has a part of cannot be begun again without doubling that: it counts as handled, unanswered. */
function noteBegun(session: Session, open: Hello['open']): void {
  const limit = session.highest + maxOpen;
  for (const [number, taken] of open) {
    if (taken === 0 || number > limit) continue;
    while (session.highest < number) session.shared?.unhandled.add((session.highest += 1));
    session.shared?.unhandled.delete(number);
  }
}

function readFrames(text: string): readonly AnswerFrame[] {
  const frames = parseJson(text);
  return areFrames(frames) ? frames : [];
}
