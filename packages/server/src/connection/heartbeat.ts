// One timer for everything that happens to connections over time: pings quiet ones, closes silent and stuck ones and those that
// never send `$hello`, ends sessions whose clients do not return, and drops what is too old.
import { closeCodes, closedAbnormally } from '@wirepact/core/internal';
import type { Connection } from './connection.js';
import type { Hub } from '../hub.js';
import { checkExpiry, nextRecheck, recheckIdentity } from '../handshake/identity.js';
import { endForGood, loseConnection } from '../session/lifecycle.js';
import type { Session } from '../session/session.js';

/** Runs while there are connections or sessions, so that an idle server holds no timer. */
export class Heartbeat {
  readonly #hub: Hub;
  readonly #sweepMs: number;
  #cancel: (() => void) | undefined;
  /** Whether the last look came so late that to judge connections was left to the next. */
  #isPutOff = false;

  constructor(hub: Hub) {
    this.#hub = hub;
    const { intervalMs, timeoutMs } = hub.options.heartbeat;
    this.#sweepMs = Math.min(1_000, intervalMs / 4, timeoutMs / 4);
  }

  /** Call it whenever a connection was added. */
  start(): void {
    const { connections, suspended, options } = this.#hub;
    if (this.#cancel !== undefined || (connections.size === 0 && suspended.size === 0)) return;
    const startedAt = options.clock.now();
    this.#cancel = options.clock.after(this.#sweepMs, () => {
      this.#cancel = undefined;
      const lateMs = options.clock.now() - startedAt - this.#sweepMs;
      if (lateMs < -this.#sweepMs) forgetFuture(this.#hub);
      const isLate = lateMs > this.#sweepMs;
      if (isLate) forgive(this.#hub, lateMs);
      // what has arrived waits behind a late timer, and is read before anybody is judged
      this.#isPutOff = isLate && !this.#isPutOff;
      this.#sweep();
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #sweep(): void {
    const { connections, suspended, rooms, logs, backlog, options } = this.#hub;
    const now = options.clock.now();
    if (!this.#isPutOff) {
      for (const connection of connections) this.#check(connection, now);
      for (const session of suspended.since(now - options.session.resumeForMs)) endForGood(session);
    }
    backlog.sweep(connections);
    logs.sweep();
    rooms.sweep();
  }

  #check(connection: Connection, now: number): void {
    const { session } = connection;
    if (session === undefined) this.#checkGreeting(connection, now);
    else this.#checkPulse(connection, session, now);
  }

  #checkGreeting(connection: Connection, now: number): void {
    if (now - connection.openedAt < this.#hub.options.limits.helloTimeoutMs) return;
    loseConnection(connection, closeCodes.helloTimeout, 'no $hello came');
  }

  #checkPulse(connection: Connection, session: Session, now: number): void {
    const { heartbeat, backpressure } = this.#hub.options;
    const { intervalMs, timeoutMs } = heartbeat;
    const { transport, outgoing } = connection;
    const isAlive = showsLife(connection, now);
    // what a client says while nobody reads is heard later
    if (isAlive || !transport.isReading) connection.pingedAt = undefined;
    if (connection.stuckSince !== undefined && now - connection.stuckSince >= backpressure.stallMs) {
      return outgoing.giveUp();
    }
    if (connection.pingedAt !== undefined && now - connection.pingedAt >= timeoutMs) {
      this.#hub.counters.silentClosed += 1;
      transport.terminate();
      return loseConnection(connection, closedAbnormally, 'nothing was heard any more');
    }
    checkExpiry(session, now);
    if (outgoing.isClosed) return;
    recheckIdentity(connection, now);
    const quietMs = now - outgoing.lastSentAt;
    const mustTell = connection.speaksProtocol && quietMs >= intervalMs;
    // at the last look before it is due: a look too late would make what is dead be found out later than is said
    if (now + this.#sweepMs <= connection.nextPingAt && !mustTell) return;
    // browsers see no pings; what they can see must come often enough for them to know that the line is alive. Nobody answers
    // it, and it leaves with the ping: each for itself took twice the CPU of an idle client
    if (connection.speaksProtocol && quietMs >= intervalMs / 2) connection.sendFrame('$pong');
    connection.nextPingAt = now + intervalMs * (0.9 + 0.2 * this.#hub.options.clock.random());
    connection.pingedAt ??= now;
    transport.ping();
  }
}

/** A clock that was set back leaves times that are far off, and nothing is to wait for them: what they stand for was now. */
function forgetFuture(hub: Hub): void {
  const { connections, suspended, options } = hub;
  const { intervalMs } = options.heartbeat;
  const now = options.clock.now();
  for (const connection of connections) {
    const { outgoing, pingedAt, stuckSince } = connection;
    // how long it has been sent nothing is not known any more
    outgoing.lastSentAt = Math.min(outgoing.lastSentAt, now - intervalMs);
    connection.openedAt = Math.min(connection.openedAt, now);
    connection.nextPingAt = Math.min(connection.nextPingAt, now + 1.1 * intervalMs);
    connection.nextRecheckAt = Math.min(connection.nextRecheckAt, nextRecheck(hub));
    connection.badFramesSince = Math.min(connection.badFramesSince, now);
    if (pingedAt !== undefined) connection.pingedAt = Math.min(pingedAt, now);
    if (stuckSince !== undefined) connection.stuckSince = Math.min(stuckSince, now);
  }
  for (const session of suspended.since(Infinity)) {
    session.suspendedAt = Math.min(session.suspendedAt, now);
  }
}

/**
 * The process stood still for so long: that is no client's silence. `openedAt` stays, which says who was there before a logout:
 * a `$hello` that has arrived by now is read.
 */
function forgive({ connections }: Hub, ms: number): void {
  for (const connection of connections) {
    const { pingedAt, stuckSince, session } = connection;
    if (pingedAt !== undefined) connection.pingedAt = pingedAt + ms;
    if (stuckSince !== undefined) connection.stuckSince = stuckSince + ms;
    if (session?.askedForTokenAt !== undefined) session.askedForTokenAt += ms;
  }
}

/** Whether the client sent something, or took some of what waits for it, since it was last looked at. */
function showsLife(connection: Connection, now: number): boolean {
  const { receivedBytes, bufferedBytes, unsentBytes = 0 } = connection.transport;
  // part of a large write, which is not done yet
  const hasTakenPart = unsentBytes < connection.unsentBytes;
  const hasTaken = connection.hasTaken || hasTakenPart;
  const hasSent = receivedBytes !== connection.seenBytes;
  connection.seenBytes = receivedBytes;
  connection.unsentBytes = unsentBytes;
  connection.hasTaken = false;
  if (bufferedBytes === 0 || hasTakenPart) connection.stuckSince = undefined;
  else connection.stuckSince ??= now;
  return hasSent || hasTaken;
}
