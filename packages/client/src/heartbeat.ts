// Judges from what was heard, and when, whether the server is still there. By timestamps: background tabs and sleeping
// machines make timers late, and a late timer alone proves nothing.
import type { Clock } from '@wirepact/core';

/** A page that wakes asks the server when nothing was heard for this long… */
const probeAfterMs = 5_000;
/** …and gives it this long to say something. */
const probeTimeoutMs = 3_000;

export interface HeartbeatHooks {
  ping(): void;
  dead(): void;
}

export class Heartbeat {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #hooks: HeartbeatHooks;
  #deadline: number;
  #heardAt: number;
  #stopTimer: () => void;

  constructor(clock: Clock, limitMs: number, hooks: HeartbeatHooks) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#hooks = hooks;
    this.#heardAt = clock.now();
    this.#deadline = this.#heardAt + limitMs;
    this.#stopTimer = clock.after(limitMs, () => this.#judge());
  }

  /** The server said something. */
  heard(): void {
    this.#heardAt = this.#clock.now();
    this.#deadline = this.#heardAt + this.#limitMs;
  }

  /** The page came back: is the server still there? */
  probe(): void {
    const now = this.#clock.now();
    if (now - this.#heardAt < probeAfterMs) return;
    // a deadline that passed in its sleep says nothing yet; one that is still to come is not put off by waking again
    this.#deadline = Math.min(this.#deadline > now ? this.#deadline : Infinity, now + probeTimeoutMs);
    this.#hooks.ping();
    this.#watch();
  }

  stop(): void {
    this.#stopTimer();
  }

  #watch(): void {
    this.#stopTimer();
    this.#stopTimer = this.#clock.after(this.#deadline - this.#clock.now(), () => this.#judge());
  }

  #judge(): void {
    if (this.#clock.now() < this.#deadline) return this.#watch();
    // what already arrived and waits behind this late timer is heard first
    this.#stopTimer = this.#clock.after(0, () => {
      if (this.#clock.now() < this.#deadline) this.#watch();
      else this.#hooks.dead();
    });
  }
}
