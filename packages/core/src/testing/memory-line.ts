// A line between clients and the servers of a network in memory: the class to connect with, and what a test does to the
// connections that go over it.
import { MemoryConnection, type Answer, type Direction, type End } from './memory-connection.js';
import type { PipeConditions, Timeline } from './memory-pipe.js';
import type { MemorySocket } from './memory-socket.js';

/** A figure, or the least and the most that chance may choose between. */
export type Delay = number | readonly [leastMs: number, mostMs: number];

/** A line, and what can be done to it. Whatever is done to a network is done to all of its lines. */
export interface Line {
  /** The class to hand to `createClient`: its connections go over this line. */
  readonly WebSocket: new (url: string, protocols?: string | string[]) => MemorySocket;
  /** Connections that are open now, if only at one end. */
  readonly connections: number;
  /** Connections that were asked for since the line was made. */
  readonly upgrades: number;
  /** `false`: nobody answers, and every attempt fails. @default true */
  isUp: boolean;
  /**
   * Breaks every connection, as a pulled cable does: both ends see 1006.
   *
   * @param seenBy the end that sees it. The other one goes on believing in a connection that carries nothing any more.
   */
  cut(seenBy?: End | 'both'): void;
  /**
   * Makes every connection half open: from now on it loses what goes this way, and neither end is told. Connections made
   * later are whole.
   *
   * @param loses `up` is what clients send, `down` what servers do
   */
  halfOpen(loses?: Direction | 'both'): void;
  /** `true`: nothing moves, not even a close or the request for a connection, and nothing is lost. */
  freeze(isFrozen: boolean): void;
  /** `true`: clients stop reading, and what the server sends piles up. */
  stall(isStalled: boolean): void;
  /**
   * How long everything is on its way, in ms of the network's clock. Within a connection nothing overtakes.
   *
   * @param up what clients send
   * @param down what servers send
   * @throws TypeError without a clock
   */
  delay(up: Delay, down?: Delay): void;
  /**
   * How many bytes a second each connection takes; `Infinity` for all there are. A message counts as waiting until all of
   * it was taken.
   *
   * @throws TypeError without a clock
   */
  throttle(up: number, down?: number): void;
}

/** What a line needs of the network it is part of. */
export interface LineOptions {
  readonly timeline: Timeline;
  readonly random: () => number;
  readonly hasClock: boolean;
  /** The line whose conditions hold for this one as well. */
  readonly whole?: MemoryLine;
  /** Takes the request for a new connection to its server. */
  answer(url: string, protocols: readonly string[]): Promise<Answer>;
}

/** A line in memory. */
export class MemoryLine implements Line {
  readonly #options: LineOptions;
  /** This one, and the one that it is a part of. */
  readonly #lines: readonly MemoryLine[];
  readonly #all = new Set<MemoryConnection>();
  readonly WebSocket: Line['WebSocket'];
  isUp = true;
  upgrades = 0;
  #isFrozen = false;
  #isStalled = false;
  // where it has none of its own, those of the whole network hold
  #delays: Readonly<Record<Direction, Delay>> | undefined;
  #rates: Readonly<Record<Direction, number>> | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#lines = options.whole === undefined ? [this] : [this, options.whole];
    const connect = (url: string, protocols: readonly string[]): MemorySocket =>
      this.#connect(url, protocols);
    this.WebSocket = class {
      constructor(url: string, protocols: string | string[] = []) {
        return connect(url, typeof protocols === 'string' ? [protocols] : protocols);
      }
    } as Line['WebSocket'];
  }

  get connections(): number {
    let open = 0;
    for (const connection of this.#all) if (connection.isOpen) open += 1;
    return open;
  }

  cut(seenBy: End | 'both' = 'both'): void {
    for (const connection of [...this.#all]) connection.cut(seenBy);
  }

  halfOpen(loses: Direction | 'both' = 'both'): void {
    for (const connection of this.#all) connection.lose(loses);
  }

  freeze(isFrozen: boolean): void {
    this.#isFrozen = isFrozen;
    this.#review();
  }

  stall(isStalled: boolean): void {
    this.#isStalled = isStalled;
    this.#review();
  }

  delay(up: Delay, down: Delay = up): void {
    this.#needClock('delay');
    this.#delays = { up, down };
  }

  throttle(up: number, down: number = up): void {
    this.#needClock('throttle');
    this.#rates = { up, down };
    this.#review();
  }

  #connect(url: string, protocols: readonly string[]): MemorySocket {
    const { timeline } = this.#options;
    const conditions = { up: this.#conditionsOf('up'), down: this.#conditionsOf('down') };
    const connection = new MemoryConnection(url, timeline, conditions, () => {
      for (const line of this.#lines) line.#all.delete(connection);
    });
    for (const line of this.#lines) {
      line.#all.add(connection);
      line.upgrades += 1;
    }
    connection.request(async () =>
      this.#lines.every(({ isUp }) => isUp) ? this.#options.answer(url, protocols) : undefined,
    );
    return connection.socket;
  }

  #conditionsOf(direction: Direction): PipeConditions {
    const lines = this.#lines;
    return {
      isBlocked: () => lines.some((line) => line.#isFrozen || (line.#isStalled && direction === 'down')),
      bytesPerSecond: () => firstOf(lines, (line) => line.#rates)?.[direction] ?? Infinity,
      delayMs: () => {
        const delay = firstOf(lines, (line) => line.#delays)?.[direction] ?? 0;
        if (typeof delay === 'number') return delay;
        const [leastMs, mostMs] = delay;
        return leastMs + Math.round(this.#options.random() * (mostMs - leastMs));
      },
    };
  }

  #review(): void {
    for (const connection of this.#all) connection.review();
  }

  #needClock(what: string): void {
    if (!this.#options.hasClock)
      throw new TypeError(`a ${what} takes time: give createMemoryNetwork a clock, as in { clock }`);
  }
}

function firstOf<TFound>(
  lines: readonly MemoryLine[],
  find: (line: MemoryLine) => TFound | undefined,
): TFound | undefined {
  for (const line of lines) {
    const found = find(line);
    if (found !== undefined) return found;
  }
  return undefined;
}
