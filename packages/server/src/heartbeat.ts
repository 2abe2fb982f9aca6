// One timer for every connection: pings the quiet, gives up the silent, and closes who never says hello.
import { closeCodes } from '@wirepact/core/internal';
import type { Hub } from './hub.js';
import { checkExpiry } from './identity.js';
import { endSession, helloTimeoutMs } from './lifecycle.js';
import type { Session } from './session.js';

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
    this.#cancel ??= this.#hub.options.clock.after(this.#sweepMs, () => {
      this.#cancel = undefined;
      this.#sweep();
      if (this.#hub.connections.size > 0) this.start();
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
    endSession(this.#hub, session, closeCodes.helloTimeout, 'no $hello came');
  }

  #checkPulse(session: Session, now: number): void {
    const { intervalMs, timeoutMs } = this.#hub.options.heartbeat;
    // what a client says while reading pauses is heard later
    if (session.isPaused) session.pingedAt = undefined;
    if (session.pingedAt !== undefined && now - session.pingedAt >= timeoutMs) {
      this.#hub.counters.silentClosed += 1;
      session.transport.terminate();
      endSession(this.#hub, session, 1006, 'nothing was heard any more');
      return;
    }
    checkExpiry(this.#hub, session, now);
    if (session.state !== 'open') return;
    // browsers see no pings; what they can see must come often enough for them to know that the line is alive
    if (session.speaksProtocol && now - session.outgoing.lastSentAt >= intervalMs)
      session.sendFrame(this.#hub, '$ping');
    if (now < session.nextPingAt) return;
    session.nextPingAt = now + intervalMs * (0.9 + 0.2 * this.#hub.options.clock.random());
    session.pingedAt ??= now;
    session.transport.ping();
  }
}
