// A line between clients and the servers of a network in memory: the class with which clients connect, and what a test
// can do to the connections that go over the line.
import { MemoryConnection, type Answer, type Direction, type End } from './memory-connection.js';
import type { PipeConditions, Timeline } from './memory-pipe.js';
import type { MemorySocket } from './memory-socket.js';

/** A delay in ms, or the smallest and the largest of a range from which the network draws. */
export type Delay = number | readonly [leastMs: number, mostMs: number];

/**
 * A line over which clients connect, and what a test can do to its connections.
 * What a test does to a network affects all of its lines.
 */
export interface Line {
  /** The class to pass to `createClient`. Its connections go over this line. */
  readonly WebSocket: new (url: string, protocols?: string | string[]) => MemorySocket;
  /** The number of connections that are open, if only at one end. */
  readonly connections: number;
  /** The number of connections that clients have requested since the line was created. */
  readonly upgrades: number;
  /** Whether the server answers. With `false`, every attempt to connect fails. @default true */
  isUp: boolean;
  /**
   * Breaks every connection, as a pulled cable does: both ends see the close code 1006.
   *
   * @param seenBy the end that sees it; both by default. The other end still considers the connection open, but it
   * carries nothing any more.
   */
  cut(seenBy?: End | 'both'): void;
  /**
   * Makes every connection lose everything in one direction, or in both, without either end noticing.
   * Connections that are made later work.
   *
   * @param loses `'up'` for what clients send, `'down'` for what servers send; both by default
   */
  halfOpen(loses?: Direction | 'both'): void;
  /** With `true`, nothing moves: neither messages nor closes nor new connections. Nothing is lost. */
  freeze(isFrozen: boolean): void;
  /** With `true`, clients stop reading, and what the server sends piles up. */
  stall(isStalled: boolean): void;
  /**
   * Delays everything by this many ms of the network's clock. Within a connection no message overtakes another.
   *
   * @param up the delay of what clients send
   * @param down the delay of what servers send; the same as `up` by default
   * @throws TypeError if the network has no clock
   */
  delay(up: Delay, down?: Delay): void;
  /**
   * Limits how many bytes per second each connection carries; `Infinity` ends it.
   * A message counts as waiting until all of it was taken. A character counts as one byte.
   *
   * @param up the limit for what clients send
   * @param down the limit for what servers send; the same as `up` by default
   * @throws TypeError if the network has no clock, or for a limit that is not above 0
   */
  throttle(up: number, down?: number): void;
}

/** What a line needs from its network. */
export interface LineOptions {
  readonly timeline: Timeline;
  readonly random: () => number;
  readonly hasClock: boolean;
  /** The line of the whole network, whose conditions apply to this line too. */
  readonly whole?: MemoryLine;
  /** Passes the request for a new connection to its server. */
  answer(url: string, protocols: readonly string[]): Promise<Answer>;
}

/** A line in memory. */
export class MemoryLine implements Line {
  readonly #options: LineOptions;
  /** This line, and the network's if this is not it. */
  readonly #lines: readonly MemoryLine[];
  readonly #all = new Set<MemoryConnection>();
  readonly WebSocket: Line['WebSocket'];
  isUp = true;
  upgrades = 0;
  #isFrozen = false;
  #isStalled = false;
  // a line without conditions of its own has those of the whole network
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
    for (const rate of [up, down]) {
      if (!(rate > 0))
        throw new TypeError(`throttle is ${rate}; give it a number above 0, or freeze the line`);
    }
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
