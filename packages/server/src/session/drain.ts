// Ends a server gently: clients are told when to return, running handlers may finish, and only then are the connections
// closed, some at a time.
import { closeCodes } from '@wirepact/core/internal';
import { checkDuration } from '../figures.js';
import { eachOf } from '../each-of.js';
import type { Hub } from '../hub.js';
import { closeConnection, endSession, isKeptElsewhere } from './lifecycle.js';
import { giveUpReading } from '../delivery/replay.js';
import type { Session } from './session.js';

/** The durations of `drain()`. */
export interface DrainOptions {
  /** How long running handlers may take to finish, in ms. Then they are aborted. @default 10000 */
  readonly graceMs?: number;
  /** Clients return at random times within this many ms, so that they do not all come at once. @default 5000 */
  readonly spreadMs?: number;
}

/** How many connections are closed in one turn of the event loop. */
const sliceSize = 500;

/** How long messages are taken that a client sent before it heard of the restart, in ms. */
const lastWordsMs = 2_000;

/** How long the engine may take to store what was handled before a server is closed, in ms. */
const putDownMs = 1_000;

const reason = 'the server restarts';

/** @throws TypeError for a time that is none */
export function checkDrain({ graceMs = 0, spreadMs = 0 }: DrainOptions): void {
  checkDuration('drain.graceMs', graceMs);
  checkDuration('drain.spreadMs', spreadMs);
}

/**
 * Resolves once every session has ended, and what is still handled of those that have left before. Streams are not waited for:
 * many never end.
 */
export async function drainSessions(
  hub: Hub,
  { graceMs = 10_000, spreadMs = 5_000 }: DrainOptions,
): Promise<void> {
  const { clock } = hub.options;
  // these connections have no session yet: a client that greets now would not be told of the restart
  for (const connection of hub.connections)
    if (connection.session === undefined) closeConnection(connection, closeCodes.restart, reason);
  let giveUp = (): void => undefined;
  const graceOver = new Promise<void>((resolve) => (giveUp = resolve));
  const stopTimer = clock.after(graceMs, giveUp);
  let hearNoMore = (): void => undefined;
  const heardEnough = new Promise<void>((resolve) => (hearNoMore = resolve));
  const stopHearing = clock.after(Math.min(graceMs, lastWordsMs), hearNoMore);
  const sessions = [...hub.roster.all()];
  const leaving: Promise<void>[] = [];
  for (let from = 0; from < sessions.length; from += sliceSize) {
    if (from > 0) await new Promise<void>((resolve) => clock.after(0, resolve));
    for (const session of sessions.slice(from, from + sliceSize)) {
      sayGoodbye(session, spreadMs);
      leaving.push(settle(session, heardEnough));
    }
  }
  const settled = Promise.all(leaving).then(() => hub.cluster?.sessions.departures.settle());
  await Promise.race([settled, graceOver]);
  stopTimer();
  stopHearing();
  for (const session of sessions) leave(session);
  // what has not ended in its time is left to the process that the client goes to
  hub.cluster?.sessions.departures.breakOff();
}

/** Has put down, before a server is closed, what other processes must know of its sessions. Nothing more is heard meanwhile. */
export async function putDownSessions({ roster, options }: Hub): Promise<void> {
  const sessions = [...roster.all()].filter(isKeptElsewhere);
  if (!sessions.some(({ shared }) => shared?.isBehind)) return;
  for (const { connection } of sessions) connection?.intake.stop();
  let giveUp = (): void => undefined;
  const late = new Promise<void>((resolve) => (giveUp = resolve));
  const stopTimer = options.clock.after(putDownMs, giveUp);
  const putDown = eachOf(sessions, async ({ shared }) => void (shared?.isBehind && (await shared.commit())));
  await Promise.race([putDown, late]);
  stopTimer();
}

/** What it had sent before it heard of the restart arrives and is handled; then it leaves. */
async function settle(session: Session, heardEnough: Promise<void>): Promise<void> {
  if (session.speaksProtocol) await Promise.race([session.ping(), heardEnough]);
  await session.idle();
  await session.hub.acknowledgements.settle(session);
  // also where it owes no word of it: the next process must know what was handled
  await session.shared?.commit();
  leave(session);
}

/** What it reads too slowly to get is said to be missing, where no other process has that. */
function leave(session: Session): void {
  if (!session.isHere) return;
  const { cluster } = session.hub;
  // the next process may ask for what could not be put down
  if (isKeptElsewhere(session))
    return cluster?.sessions.departures.leave(session, closeCodes.restart, reason);
  giveUpReading(session);
  endSession(session, closeCodes.restart, reason);
}

function sayGoodbye(session: Session, spreadMs: number): void {
  if (!session.speaksProtocol) return;
  const goodbye = { why: 'restart', returnWithinMs: spreadMs };
  // final: nobody else has what is known of it here
  session.sendFrame('$goodbye', isKeptElsewhere(session) ? goodbye : { ...goodbye, final: true });
}
