// One direction between a process and the engine in memory: what is sent arrives in order, in microtasks or when a clock says
// so.
import type { Clock } from '@wirepact/core';

interface Packet {
  readonly arrive: () => void;
  hasArrived: boolean;
  stopTimer: (() => void) | undefined;
}

/** How long the next packet is on its way, in ms; without it packets arrive in microtasks. */
export type NextDelay = (() => number) | undefined;

/** Never changes the order of what is sent. */
export class MemoryLink {
  readonly #clock: Clock;
  readonly #delayMs: NextDelay;
  readonly #packets: Packet[] = [];
  #lastDueAt = 0;
  #isHeld = false;

  constructor(clock: Clock, delayMs: NextDelay) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  send(arrive: () => void): void {
    const packet: Packet = { arrive, hasArrived: false, stopTimer: undefined };
    const taken = (): void => {
      packet.hasArrived = true;
      this.#flow();
    };
    this.#packets.push(packet);
    if (this.#delayMs === undefined) return queueMicrotask(taken);
    const now = this.#clock.now();
    this.#lastDueAt = Math.max(this.#lastDueAt, now + this.#delayMs());
    packet.stopTimer = this.#clock.after(this.#lastDueAt - now, taken);
  }

  /** `true`: nothing arrives, and nothing is lost. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (!isHeld) queueMicrotask(() => this.#flow());
  }

  /** Loses what is on its way. */
  cut(): void {
    for (const { stopTimer } of this.#packets.splice(0)) stopTimer?.();
    this.#lastDueAt = 0;
  }

  #flow(): void {
    while (!this.#isHeld && this.#packets[0]?.hasArrived === true) this.#packets.shift()?.arrive();
  }
}
