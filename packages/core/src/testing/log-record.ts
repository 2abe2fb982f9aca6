// What the checker knows about one log: the messages that were accepted, in order, and what each client received.
import type {
  AcceptedMessage,
  MessageKey,
  Position,
  ReceivedMessage,
  ToldGap,
  ToldPosition,
} from './delivery-checker.js';
import type { Violation, ViolationKind } from './violation.js';

interface Gap {
  /** The place of the last message before the gap was reported. */
  readonly told: number;
  /** The first place that the gap covers, and the first place after it. */
  readonly from: number;
  before: number;
  readonly mayBeEmpty: boolean;
}

/** What one client received. */
interface Reader {
  /** The place of the last message that arrived in order; -1 before the first. */
  last: number;
  lastMessage?: MessageKey;
  readonly places: Set<number>;
  readonly gaps: Gap[];
  chain: { readonly epoch: string; readonly at: number } | undefined;
}

export class LogRecord {
  readonly #name: string;
  readonly #accepted: AcceptedMessage[] = [];
  readonly #places = new Map<MessageKey, { readonly place: number; readonly accepted: AcceptedMessage }>();
  readonly #disowned = new Set<MessageKey>();
  readonly #readers = new Map<string, Reader>();
  readonly #found: Violation[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  /** @throws TypeError for a key that was accepted before */
  accept(accepted: AcceptedMessage): void {
    const { message } = accepted;
    if (this.#places.has(message))
      throw new TypeError(`message ${message} of ${this.#name} was accepted already; give each its own key`);
    this.#places.set(message, { place: this.#accepted.push(accepted) - 1, accepted });
  }

  disown(message: MessageKey): void {
    this.#disowned.add(message);
  }

  receive({ client, message, position }: ReceivedMessage): void {
    const reader = this.#reader(client);
    const sent = this.#places.get(message);
    if (position !== undefined) this.#follow(reader, client, message, position);
    if (sent === undefined) return this.#add('stranger', client, 'that was never accepted', message);
    const { place, accepted } = sent;
    if (!accepted.to.includes(client) && accepted.mayReach?.includes(client) !== true)
      this.#add('stranger', client, 'that was not for it', message);
    if (reader.places.has(place)) return this.#add('duplicate', client, 'again', message);
    reader.places.add(place);
    if (place < reader.last)
      return this.#add('disorder', client, `after ${reader.lastMessage}, which was sent later`, message);
    for (const gap of reader.gaps) {
      if (gap.told === reader.last) gap.before = Math.min(gap.before, place);
    }
    reader.last = place;
    reader.lastMessage = message;
  }

  gap({ client, first, last, mayBeEmpty = false }: ToldGap): void {
    const reader = this.#reader(client);
    const start = first === undefined ? undefined : this.#places.get(first);
    const end = last === undefined ? undefined : this.#places.get(last);
    reader.chain = undefined;
    reader.gaps.push({
      told: reader.last,
      from: start?.place ?? reader.last + 1,
      before: end === undefined ? this.#accepted.length : end.place + 1,
      mayBeEmpty,
    });
  }

  position({ client, epoch, at }: ToldPosition): void {
    this.#reader(client).chain = { epoch, at };
  }

  violations(): readonly Violation[] {
    return [...this.#found, ...this.#lost(), ...this.#emptyGaps()];
  }

  *#lost(): Iterable<Violation> {
    for (const [place, { message, to }] of this.#accepted.entries()) {
      if (this.#disowned.has(message)) continue;
      for (const client of to) {
        const reader = this.#readers.get(client);
        if (
          reader?.places.has(place) === true ||
          reader?.gaps.some(({ from, before }) => place >= from && place < before) === true
        )
          continue;
        const text = `${client} never got message ${message} of ${this.#name}, and no gap covers it`;
        yield { kind: 'lost', text, client, log: this.#name, message };
      }
    }
  }

  *#emptyGaps(): Iterable<Violation> {
    for (const [client, { gaps, places }] of this.#readers) {
      for (const { told, from, before, mayBeEmpty } of gaps) {
        let place = from;
        while (place < before && places.has(place)) place += 1;
        if (mayBeEmpty || place < before) continue;
        const last = this.#accepted[told]?.message;
        const where = last === undefined ? 'before its first message' : `after message ${last}`;
        const text = `${client} was told of a gap in ${this.#name} ${where}, and nothing is missing there`;
        yield { kind: 'empty gap', text, client, log: this.#name };
      }
    }
  }

  #follow(reader: Reader, client: string, message: MessageKey, { epoch, at, after }: Position): void {
    const { chain } = reader;
    reader.chain = { epoch, at };
    if (chain === undefined || (chain.epoch === epoch && chain.at === after && at > after)) return;
    const stood = `[${chain.epoch}, ${chain.at}]`;
    this.#add('broken chain', client, `at [${epoch}, ${at}] after ${after}, and stood at ${stood}`, message);
  }

  #reader(client: string): Reader {
    let reader = this.#readers.get(client);
    if (reader === undefined) {
      reader = { last: -1, places: new Set(), gaps: [], chain: undefined };
      this.#readers.set(client, reader);
    }
    return reader;
  }

  #add(kind: ViolationKind, client: string, how: string, message: MessageKey): void {
    const text = `${client} got message ${message} of ${this.#name} ${how}`;
    this.#found.push({ kind, text, client, log: this.#name, message });
  }
}
