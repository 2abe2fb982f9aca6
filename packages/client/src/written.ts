// What was written in this session and is not known to have arrived, by its number. The session's one series is counted here.
import type { Ranges } from '@wirepact/core/internal';
import type { Connection } from './connection.js';
import type { Outgoing } from './outbox.js';

export class Written {
  readonly #connection: Connection;
  /** Rising, as a map goes: numbers are given when a message is first written. */
  readonly #messages = new Map<number, Outgoing>();
  /** What the server is yet to be told that nobody waits for. */
  #cancelled: number[] = [];
  /** The last number that was given. */
  last = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get all(): readonly Outgoing[] {
    return [...this.#messages.values()];
  }

  /** The items that came, by the number of what is unanswered. */
  get open(): Readonly<Record<string, number>> {
    const open: Record<string, number> = {};
    for (const [number, { answered, received }] of this.#messages) if (answered) open[number] = received ?? 0;
    return open;
  }

  at(number: number): Outgoing | undefined {
    return this.#messages.get(number);
  }

  /** Gives the next number, and returns the frame with it. */
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

  /** Numbers are kept. Where the line breaks again meanwhile, all that is left follows on the next one. */
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

/** A frame is the text of an object, in every dialect. */
function numbered({ text, answered, number }: Outgoing): string {
  return `${text.slice(0, -1)},"${answered ? 'id' : 'seq'}":${number}}`;
}

export function isIn(ranges: Ranges | undefined, { number = 0 }: Outgoing): boolean {
  return ranges?.some(([first, last]) => first <= number && number <= last) === true;
}
