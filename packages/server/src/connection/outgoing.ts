// The way out of one connection: what a slow reader is sent, what waits, what is dropped, and when the connection is closed.
import { closeCodes, type Clock, type Transport } from '@wirepact/core/internal';
import type { ResolvedOptions } from '../resolve-options.js';
import type { OutgoingMessage } from '../delivery/outgoing-message.js';
import type { Counters } from '../stats.js';
import { WaitingValues } from './waiting-values.js';
import { Waiters } from '../waiters.js';

/** Writes to one transport within the bounds of `backpressure`. */
export class Outgoing {
  readonly #transport: Transport;
  readonly #bounds: ResolvedOptions['backpressure'];
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #speaksProtocol: boolean;
  /** Most sockets never need it. */
  #newest: WaitingValues | undefined;
  #waiting: Waiters | undefined;
  #closed = false;
  /** The most that was written at once since little waited. Who takes a large message is not slow for that. */
  #largestBytes = 0;
  /** When something was last sent, in ms since the epoch. */
  lastSentAt: number;

  constructor(transport: Transport, options: ResolvedOptions, counters: Counters, speaksProtocol: boolean) {
    this.#transport = transport;
    this.#bounds = options.backpressure;
    this.#clock = options.clock;
    this.lastSentAt = options.clock.now();
    this.#counters = counters;
    this.#speaksProtocol = speaksProtocol;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Whether the client lags: only what cannot wait is added to its backlog. */
  get isSlow(): boolean {
    return !this.#closed && this.#transport.bufferedBytes >= this.#bounds.softBytes;
  }

  get bufferedBytes(): number {
    return this.#transport.bufferedBytes;
  }

  /** The backlog and the waiting `latest` values together, in bytes. */
  get waitingBytes(): number {
    return this.#transport.bufferedBytes + (this.#newest?.bytes ?? 0);
  }

  /** Sends an event that is in no log as its channel's delivery says. */
  deliver(message: OutgoingMessage): void {
    const { delivery, slot } = message;
    const { isSlow } = this;
    if (isSlow && delivery === 'volatile') {
      this.#counters.dropped.volatile += 1;
      return;
    }
    const text = message.text(this.#speaksProtocol);
    if (isSlow && delivery === 'latest') return this.#keep(slot, text);
    // what still waits is older, and must not come after
    if (this.#newest?.delete(slot) === true) this.#counters.dropped.replaced += 1;
    this.write(text);
  }

  /**
   * Sends one frame whatever the delivery. Closes the connection if its backlog is too large already, apart from the largest
   * frame in it: nobody is given up for what comes after one that is more than may wait.
   */
  write(text: string): void {
    const before = this.#transport.bufferedBytes;
    if (!this.#admits(1, before)) return;
    this.#transport.send(text);
    this.#noteSize(before);
  }

  /** The same for several in a row, which others are sent as well. */
  writeAll(texts: readonly string[]): void {
    const before = this.#transport.bufferedBytes;
    if (!this.#admits(texts.length, before)) return;
    if (this.#transport.sendAll !== undefined) this.#transport.sendAll(texts);
    else for (const text of texts) this.#transport.send(text);
    this.#noteSize(before);
  }

  /** Whether so little waits that a stream may go on, or nothing will ever be sent again. */
  get hasRoom(): boolean {
    return this.#closed || this.#transport.bufferedBytes < this.#bounds.resumeBytes;
  }

  /** Whether a frame is no more than may wait, or little waits before it. */
  hasRoomFor(text: string): boolean {
    return this.hasRoom || this.#transport.bufferedBytes + Buffer.byteLength(text) < this.#bounds.hardBytes;
  }

  /** Resolves once there is {@link hasRoom room}. All that wait for it go on together: who then writes looks again. */
  async roomForMore(): Promise<void> {
    if (!this.hasRoom) await (this.#waiting ??= new Waiters()).wait();
  }

  /** The network took something. Whether anybody goes on who waited for room. */
  drained(): boolean {
    if (this.#newest === undefined && this.#waiting === undefined) return false;
    if (this.#transport.bufferedBytes >= this.#bounds.resumeBytes) return false;
    for (const [slot, text] of this.#newest ?? []) {
      // together they may be more than a slow reader may have waiting: the rest goes when these are taken
      if (this.isSlow) return false;
      this.#newest?.delete(slot);
      this.write(text);
    }
    this.#newest = undefined;
    return this.#waiting?.wakeAll() === true;
  }

  /** Nothing is sent any more. */
  close(): void {
    this.#closed = true;
    this.#newest = undefined;
    this.#waiting?.wakeAll();
  }

  /** Whether so many frames may be written while this waits. Where too much does, the reader is given up. */
  #admits(messages: number, waitingBytes: number): boolean {
    const isTooMuch = waitingBytes - this.#largestBytes >= this.#bounds.hardBytes;
    if (isTooMuch) this.giveUp();
    if (this.#closed) {
      this.#counters.dropped.gone += messages;
      return false;
    }
    this.#counters.sent += messages;
    this.lastSentAt = this.#clock.now();
    return true;
  }

  /** Something was written while this waited. Where that was little, nothing large can be among it. */
  #noteSize(waitingBytes: number): void {
    const largest = waitingBytes < this.#bounds.resumeBytes ? 0 : this.#largestBytes;
    this.#largestBytes = Math.max(largest, this.#transport.bufferedBytes - waitingBytes);
  }

  #keep(slot: string, text: string): void {
    this.#newest ??= new WaitingValues(this.#bounds.hardBytes);
    this.#counters.dropped.replaced += this.#newest.keep(slot, text);
  }

  /** Closes the connection: its reader is too slow. */
  giveUp(): void {
    if (this.#closed) return;
    this.close();
    this.#counters.slowClosed += 1;
    this.#transport.close(closeCodes.slow, 'too much was waiting to be read');
    // a peer that does not read will not answer the close either
    this.#transport.terminate();
  }
}
