// One timer for every connection: pings the quiet, gives up the silent, and closes who never says hello.
import { closeCodes } from '@wirepact/core/internal';
import type { Hub } from './hub.js';
import { checkExpiry } from './identity.js';
import { endSession } from './lifecycle.js';
import type { Session } from './session.js';

/** How long a client may take to say `$hello`, in ms. */
const helloTimeoutMs = 10_000;

/** What is said of a connection that ended without a close (RFC 6455 section 7.4.1). */
const abnormalClosure = 1006;

/** Runs while there are connections, so that an idle server holds no timer. */
export class Heartbeat {
  readonly #hub: Hub;
  readonly #sweepMs: number;
  #cancel: (() => void) | undefined;

  constructor(hub: Hub) {
    this.#hub = hub;
    const { intervalMs, timeoutMs } = hub.options.heartbeat;
    this.#sweepMs = Math.min(1_000, intervalMs / 4, timeoutMs / 4);
  }

  /** Call it whenever a connection was added. */
  start(): void {
    if (this.#hub.connections.size === 0) return;
    this.#cancel ??= this.#hub.options.clock.after(this.#sweepMs, () => {
      this.#cancel = undefined;
      this.#sweep();
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #sweep(): void {
    const now = this.#hub.options.clock.now();
    for (const session of this.#hub.connections) {
      if (session.state === 'greeting') this.#checkGreeting(session, now);
      else this.#checkPulse(session, now);
    }
  }

  #checkGreeting(session: Session, now: number): void {
    if (now - session.openedAt < helloTimeoutMs) return;
    endSession(session, closeCodes.helloTimeout, 'no $hello came');
  }

  #checkPulse(session: Session, now: number): void {
    const { intervalMs, timeoutMs } = this.#hub.options.heartbeat;
    // what a client says while nobody reads is heard later
    if (showsLife(session) || !session.transport.isReading) session.pingedAt = undefined;
    if (session.pingedAt !== undefined && now - session.pingedAt >= timeoutMs) {
      this.#hub.counters.silentClosed += 1;
      session.transport.terminate();
      endSession(session, abnormalClosure, 'nothing was heard any more');
      return;
    }
    checkExpiry(session, now);
    if (session.state !== 'open') return;
    // browsers see no pings; what they can see must come often enough for them to know that the line is alive
    if (session.speaksProtocol && now - session.outgoing.lastSentAt >= intervalMs) session.sendFrame('$ping');
    if (now < session.nextPingAt) return;
    session.nextPingAt = now + intervalMs * (0.9 + 0.2 * this.#hub.options.clock.random());
    session.pingedAt ??= now;
    session.transport.ping();
  }
}

/** Whether the client sent something, or took some of what waits for it, since it was last looked at. */
function showsLife(session: Session): boolean {
  const { receivedBytes, bufferedBytes } = session.transport;
  const isAlive = receivedBytes !== session.seenBytes || bufferedBytes < session.heldBytes;
  session.seenBytes = receivedBytes;
  session.heldBytes = bufferedBytes;
  return isAlive;
}
