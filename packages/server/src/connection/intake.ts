// How fast one client is read. What comes faster than the rates allow, or while too many handlers run, is read later: it
// waits in the network and then with its sender, in order, and nothing of it is refused or lost.
import type { Transport } from '@wirepact/core/internal';
import type { ResolvedOptions } from '../options.js';
import type { Counters } from '../stats.js';
import { overdrawnMs, takeFrom } from '../limits/token-bucket.js';

/** Pauses one transport, and lets it go on once nothing speaks against it. */
export class Intake {
  readonly #transport: Transport;
  readonly #options: ResolvedOptions;
  readonly #counters: Counters;
  #messagesFullAt = 0;
  #bytesFullAt = 0;
  #isHeld = false;
  #isStopped = false;
  /** Calls off the end of a pause that the rates asked for. */
  #stopTimer: (() => void) | undefined;

  constructor(transport: Transport, options: ResolvedOptions, counters: Counters) {
    this.#transport = transport;
    this.#options = options;
    this.#counters = counters;
  }

  /** A message came. What overdraws a bucket is still handled; what comes after it waits until that is paid. */
  take(messages: number, bytes: number): void {
    const { clock, rates } = this.#options;
    const now = clock.now();
    this.#messagesFullAt = takeFrom(rates.messages, this.#messagesFullAt, messages, now);
    this.#bytesFullAt = takeFrom(rates.bytes, this.#bytesFullAt, bytes, now);
    const waitMs = Math.max(
      overdrawnMs(rates.messages, this.#messagesFullAt, now),
      overdrawnMs(rates.bytes, this.#bytesFullAt, now),
    );
    if (waitMs > 0) this.#wait(waitMs);
  }

  /** Too many handlers run. */
  hold(): void {
    this.#isHeld = true;
    this.#transport.pause();
  }

  /** There are few enough again. */
  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#goOn();
  }

  /** Whether nothing more is to be handled. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Nothing more is to be handled: the connection is about to be closed. */
  stop(): void {
    this.#isStopped = true;
    this.#transport.pause();
  }

  /** Nothing is read any more. */
  close(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #wait(ms: number): void {
    this.#counters.limited.reading += 1;
    this.#stopTimer?.();
    this.#transport.pause();
    this.#stopTimer = this.#options.clock.after(ms, () => {
      this.#stopTimer = undefined;
      this.#goOn();
    });
  }

  #goOn(): void {
    if (!this.#isHeld && !this.#isStopped && this.#stopTimer === undefined) this.#transport.resume();
  }
}
