// Messages that were written in this session and may not have arrived, by number. This is also where they are numbered.
import type { Ranges } from '@wirepact/core/internal';
import type { Connection } from './connection.js';
import type { Outgoing } from './outbox.js';

export class Written {
  readonly #connection: Connection;
  /** In ascending order, because a message gets its number when it is first written. */
  readonly #messages = new Map<number, Outgoing>();
  /** The numbers of cancelled calls of which the server has not been told yet. */
  #cancelled: number[] = [];
  /** The number that was given last. */
  last = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get all(): readonly Outgoing[] {
    return [...this.#messages.values()];
  }

  /** How many items have arrived, by the number of each unanswered call. */
  get open(): Readonly<Record<string, number>> {
    const open: Record<string, number> = {};
    for (const [number, { answered, received }] of this.#messages) if (answered) open[number] = received ?? 0;
    return open;
  }

  at(number: number): Outgoing | undefined {
    return this.#messages.get(number);
  }

  /** Assigns the next number, and returns the frame with it. */
  add(message: Outgoing): string {
    message.number = ++this.last;
    this.#messages.set(this.last, message);
    return numbered(message);
  }

  remove({ number = 0 }: Outgoing): void {
    this.#messages.delete(number);
  }

  cancel({ number }: Outgoing): void {
    if (!number || this.#connection.tell('$cancel', number)) return;
    // a plain server could not be told later either
    if (!this.#connection.writable) this.#cancelled.push(number);
  }

  /**
   * Writes everything again under the same numbers. If the connection is lost meanwhile, the rest follows on the next
   * one.
   */
  resend(done: Ranges | undefined): void {
    const connection = this.#connection;
    this.#cancelled = this.#cancelled.filter((number) => !connection.tell('$cancel', number));
    for (const [id, message] of this.#messages) {
      if (!connection.writable) return;
      if (!isIn(done, message)) connection.write(numbered(message));
      if (message.granted) connection.tell('$more', { id, n: message.granted });
    }
  }

  clear(): void {
    for (const message of this.#messages.values()) message.number = undefined;
    this.#messages.clear();
    this.#cancelled = [];
    this.last = 0;
  }
}

/** Inserts the number into a frame, which is the text of a JSON object in every dialect. */
function numbered({ text, answered, number }: Outgoing): string {
  return `${text.slice(0, -1)},"${answered ? 'id' : 'seq'}":${number}}`;
}

export function isIn(ranges: Ranges | undefined, { number = 0 }: Outgoing): boolean {
  return ranges?.some(([first, last]) => first <= number && number <= last) === true;
}
