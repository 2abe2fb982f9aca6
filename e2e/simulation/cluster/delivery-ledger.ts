// Judges what came of messages that the engine took: it knows the positions that each was given, who had to get it, and what
// each client got and was told, in its order.
import type { Gap } from '@wirepact/client';

/** A message of one log. */
interface Taken {
  readonly n: number;
  readonly log: string;
  /** Where it stood: in more than one place when it was appended again after the engine had lost it. */
  readonly positions: number[];
  /** Who had to get it. */
  readonly to: Set<string>;
  readonly order: number;
}

interface ToldGap extends Pick<Gap, 'why' | 'from'> {
  readonly to: Gap['to'] | undefined;
  /** So many messages had been taken. */
  readonly order: number;
}

/** What one client got of one log. */
interface Reader {
  readonly got: Set<number>;
  /** What it got before it was last told that the log is another one: it may come again. */
  readonly mayCome: Set<number>;
  readonly gaps: ToldGap[];
  last: number;
}

/** What may be told although nothing is missing: nobody can know. */
const anew: readonly Gap['why'][] = ['epoch', 'fork', 'lost', 'denied'];

export class DeliveryLedger {
  readonly #messages = new Map<string, Taken>();
  readonly #readers = new Map<string, Reader>();
  readonly #forgiven = new Set<string>();
  readonly #wrong: string[] = [];
  #order = 0;
  #hasLost = false;

  /** The engine took a message, for those who follow. One that it has lost may be taken again. */
  taken(log: string, n: number, at: number, to: Iterable<string>): void {
    const known = this.#messages.get(`${log} ${n}`);
    if (known !== undefined) return void (known.positions.includes(at) || known.positions.push(at));
    const order = (this.#order += 1);
    this.#messages.set(`${log} ${n}`, { n, log, positions: [at], to: new Set(to), order });
  }

  received(client: string, log: string, n: number): void {
    const reader = this.#reader(client, log);
    const message = this.#messages.get(`${log} ${n}`);
    if (message === undefined)
      return void this.#wrong.push(`${client} got ${n} of ${log}, which was never sent`);
    if (reader.mayCome.delete(n)) return;
    if (reader.got.has(n)) return void this.#wrong.push(`duplicate: ${client} got ${n} of ${log} again`);
    reader.got.add(n);
    const next = message.positions.filter((at) => at > reader.last);
    if (next.length === 0)
      this.#wrong.push(
        `disorder: ${client} got ${n} of ${log}, at ${message.positions.join()}, after ${reader.last}`,
      );
    else reader.last = Math.min(...next);
  }

  told(client: string, log: string, { why, from, to }: Pick<Gap, 'why' | 'from' | 'to'>): void {
    const reader = this.#reader(client, log);
    reader.gaps.push({ why, from, to, order: this.#order });
    if (!anew.includes(why)) return;
    if (why === 'fork' && !this.#hasLost)
      this.#wrong.push(`false gap: ${client} was told of a fork of ${log}, and the engine has lost nothing`);
    for (const n of reader.got) reader.mayCome.add(n);
    reader.last = -1;
  }

  /** The engine has lost something: what clients have need not be in its logs. */
  lost(): void {
    this.#hasLost = true;
  }

  /** The client gives up what it has not got of a log. */
  waive(client: string, log: string): void {
    for (const message of this.#messages.values()) if (message.log === log) message.to.delete(client);
    this.#reader(client, log).last = -1;
    for (const n of this.#reader(client, log).got) this.#reader(client, log).mayCome.add(n);
  }

  /** Nobody was promised that it arrives: its sender was told that it may not have been accepted, or died over it. */
  forgive(n: number): void {
    this.#forgiven.add(String(n));
  }

  wrong(): readonly string[] {
    return [...this.#wrong, ...this.#lost()];
  }

  *#lost(): Iterable<string> {
    for (const { n, log, positions, to, order } of this.#messages.values()) {
      if (this.#forgiven.has(String(n))) continue;
      for (const client of to) {
        const { got, gaps } = this.#reader(client, log);
        if (got.has(n) || gaps.some((gap) => covers(gap, positions, order))) continue;
        yield `lost: ${client} never got ${n} of ${log}, at ${positions.join()}, and no gap covers it`;
      }
    }
  }

  #reader(client: string, log: string): Reader {
    const key = `${client} ${log}`;
    const reader = this.#readers.get(key) ?? { got: new Set(), mayCome: new Set(), gaps: [], last: -1 };
    this.#readers.set(key, reader);
    return reader;
  }
}

function covers({ why, from, to, order }: ToldGap, positions: readonly number[], taken: number): boolean {
  if (anew.includes(why)) return taken <= order;
  return positions.some((at) => at > from[1] && at <= (to?.[1] ?? Infinity));
}
