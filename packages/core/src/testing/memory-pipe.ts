// One direction of one connection in memory: passes messages on in order, delayed as the conditions of its line demand.
import type { Clock } from '../clock.js';

/** When things happen: at once and one after the other, or when a clock says so. */
export interface Timeline extends Pick<Clock, 'now' | 'after'> {
  /** Runs `task` in a microtask, after the tasks that already wait. */
  enqueue(task: () => void): void;
}

/** What one direction of a line does to messages. */
export interface PipeConditions {
  /** Whether nothing moves. Nothing is lost then. */
  isBlocked(): boolean;
  /** How fast messages leave; `Infinity` for no limit. */
  bytesPerSecond(): number;
  /** How long the next message is in transit. */
  delayMs(): number;
}

interface Packet {
  readonly bytes: number;
  readonly arrive: () => void;
  /** When the network will have taken the message, if that takes time. */
  takenAt?: number;
  /** When the message arrives, once the network has taken it. */
  dueAt: number;
}

/** One direction of a connection. It never changes the order of messages. */
export class MemoryPipe {
  readonly #timeline: Timeline;
  readonly #conditions: PipeConditions;
  readonly #taken: () => void;
  readonly #waiting: Packet[] = [];
  readonly #onTheWay: Packet[] = [];
  #stopTimer: (() => void) | undefined;
  #isLost = false;
  #willFlow = false;
  #takenUntil = 0;
  #lastDueAt = 0;
  /** Bytes that were sent and that the network has not taken yet. */
  bufferedBytes = 0;

  /** @param taken called whenever `bufferedBytes` has fallen */
  constructor(timeline: Timeline, conditions: PipeConditions, taken: () => void) {
    this.#timeline = timeline;
    this.#conditions = conditions;
    this.#taken = taken;
  }

  /** Whether everything that is sent is lost silently. */
  get isLost(): boolean {
    return this.#isLost;
  }

  send(bytes: number, arrive: () => void): void {
    if (this.#isLost) return;
    this.bufferedBytes += bytes;
    this.#waiting.push({ bytes, arrive, dueAt: 0 });
    this.#flowSoon();
  }

  /** Drops everything that waits or is in transit. */
  clear(): void {
    this.#waiting.length = this.#onTheWay.length = this.bufferedBytes = 0;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  /** Loses everything from now on: a byte stream that has lost something cannot continue. */
  lose(): void {
    this.#isLost = true;
    this.clear();
  }

  /** Applies changed conditions. */
  review(): void {
    const [first] = this.#waiting;
    if (first !== undefined) delete first.takenAt;
    this.#flowSoon();
  }

  #flow(): void {
    if (this.#conditions.isBlocked()) return;
    const hasTaken = this.#take();
    try {
      for (let next = this.#nextDue(); next !== undefined; next = this.#nextDue()) {
        this.#onTheWay.shift();
        next.arrive();
      }
    } finally {
      // an exception of a listener must not hold up the messages after it
      if (this.#nextDue() !== undefined) this.#flowSoon();
      this.#setTimer();
      if (hasTaken) this.#taken();
    }
  }

  #flowSoon(): void {
    if (this.#willFlow) return;
    this.#willFlow = true;
    this.#timeline.enqueue(() => {
      this.#willFlow = false;
      this.#flow();
    });
  }

  #nextDue(): Packet | undefined {
    const [first] = this.#onTheWay;
    return first === undefined || first.dueAt > this.#timeline.now() || this.#conditions.isBlocked()
      ? undefined
      : first;
  }

  /** Lets the network take what it can at this moment. Returns whether it took anything. */
  #take(): boolean {
    const now = this.#timeline.now();
    const before = this.bufferedBytes;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const bytesPerSecond = this.#conditions.bytesPerSecond();
      first.takenAt ??= Math.ceil(Math.max(now, this.#takenUntil) + (first.bytes * 1_000) / bytesPerSecond);
      if (first.takenAt > now) break;
      this.#takenUntil = first.takenAt;
      this.#waiting.shift();
      this.bufferedBytes -= first.bytes;
      first.dueAt = this.#lastDueAt = Math.max(this.#lastDueAt, now + this.#conditions.delayMs());
      this.#onTheWay.push(first);
    }
    return this.bufferedBytes < before;
  }

  #setTimer(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    const nextAt = Math.min(this.#waiting[0]?.takenAt ?? Infinity, this.#onTheWay[0]?.dueAt ?? Infinity);
    const waitMs = nextAt - this.#timeline.now();
    if (nextAt === Infinity || waitMs <= 0) return;
    this.#stopTimer = this.#timeline.after(waitMs, () => this.#flow());
  }
}
