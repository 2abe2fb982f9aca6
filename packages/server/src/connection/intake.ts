// How fast one client is read. Anything faster than the rates, or beyond the handlers that may run, is read later: it waits in
// the network and then with the sender, in order; nothing is rejected or lost. Only what running handlers may wait for does not.
import type { Transport } from '@wirepact/core/internal';
import type { ResolvedOptions } from '../resolve-options.js';
import type { Counters } from '../stats.js';
import { overdrawnMs, takeFrom, type Rate } from '../limits/token-bucket.js';

/** What a client has taken of what it may send: the moments at which its buckets are full again, whatever it is connected by. */
export interface Pace {
  messagesFullAt: number;
  bytesFullAt: number;
}

/**
 * Why nothing is read for now:
 * - `greeting`: whose client it is is being found out;
 * - `handlers`: too many handlers run;
 * - `join`: what comes next may need the room that is being decided about.
 */
export type HoldReason = 'greeting' | 'handlers' | 'join';

/** Pauses one transport, and lets it go on once nothing speaks against it. */
export class Intake {
  readonly #transport: Transport;
  readonly #options: ResolvedOptions;
  readonly #counters: Counters;
  readonly pace: Pace = { messagesFullAt: 0, bytesFullAt: 0 };
  #isStopped = false;
  // made when there is a reason: most clients give none
  #heldFor: Set<HoldReason> | undefined;
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
    const { pace } = this;
    const now = clock.now();
    pace.messagesFullAt = takeFrom(rates.messages, pace.messagesFullAt, messages, now);
    pace.bytesFullAt = takeFrom(rates.bytes, pace.bytesFullAt, bytes, now);
    this.#payBack(now);
  }

  /** The client had another connection before: what it took by that counts. */
  goOnFrom({ messagesFullAt, bytesFullAt }: Pace): void {
    const { clock, rates } = this.#options;
    const { pace } = this;
    const now = clock.now();
    // what it has said by this one comes on top
    const together = (rate: Rate, before: number, here: number): number =>
      takeFrom(rate, before, 0, now) + Math.max(0, here - now);
    pace.messagesFullAt = together(rates.messages, messagesFullAt, pace.messagesFullAt);
    pace.bytesFullAt = together(rates.bytes, bytesFullAt, pace.bytesFullAt);
    this.#payBack(now);
  }

  /** Reads nothing until this is no reason any more. */
  hold(reason: HoldReason): void {
    (this.#heldFor ??= new Set()).add(reason);
    this.#transport.pause();
  }

  /** This is no reason any more; there may be others. */
  release(reason: HoldReason): void {
    if (this.#heldFor?.delete(reason) === true) this.#goOn();
  }

  /** Whether too many handlers are all that speaks against reading. Only then is what they may wait for read out of its turn. */
  get isHeldForHandlers(): boolean {
    const heldFor = this.#heldFor;
    return this.#isPaid && heldFor?.size === 1 && heldFor.has('handlers');
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
    this.#isStopped = true;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #payBack(now: number): void {
    const { rates } = this.#options;
    const { messagesFullAt, bytesFullAt } = this.pace;
    const waitMs = Math.max(
      overdrawnMs(rates.messages, messagesFullAt, now),
      overdrawnMs(rates.bytes, bytesFullAt, now),
    );
    if (waitMs > 0) this.#wait(waitMs);
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
    if (this.isHeldForHandlers) return this.#transport.passOnUrgent();
    const isHeld = this.#heldFor !== undefined && this.#heldFor.size > 0;
    if (!isHeld && this.#isPaid) this.#transport.resume();
  }

  get #isPaid(): boolean {
    return !this.#isStopped && this.#stopTimer === undefined;
  }
}
