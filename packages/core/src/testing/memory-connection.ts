// One connection in memory: its two ends, a pipe in each direction, and the faults that a test can cause.
import { closedAbnormally } from '../close-codes.js';
import { MemoryPipe, type PipeConditions, type Timeline } from './memory-pipe.js';
import { MemorySocket } from './memory-socket.js';
import { MemoryTransport, type ServerSide } from './memory-transport.js';

/** A direction: `'up'` from the client to the server, `'down'` from the server to the client. */
export type Direction = 'up' | 'down';

/** An end of a connection. */
export type End = 'client' | 'server';

/** The server's answer to the request for a connection; `undefined` if no server answers or the server refuses. */
export type Answer =
  { readonly protocol: string | undefined; readonly open: (transport: MemoryTransport) => void } | undefined;

/** Opening, closing and pings take time, but count as no bytes. */
const noBytes = 0;

/** One connection, from the moment it is requested. */
export class MemoryConnection {
  readonly #timeline: Timeline;
  readonly #up: MemoryPipe;
  readonly #down: MemoryPipe;
  readonly #over: () => void;
  readonly socket: MemorySocket;
  #transport: MemoryTransport | undefined;
  #neverOpens = false;

  /** @param over called once, when neither end holds the connection any more */
  constructor(
    url: string,
    timeline: Timeline,
    conditions: Readonly<Record<Direction, PipeConditions>>,
    over: () => void,
  ) {
    this.#timeline = timeline;
    this.#over = over;
    const up = (this.#up = new MemoryPipe(timeline, conditions.up, () => {}));
    this.#down = new MemoryPipe(timeline, conditions.down, () => this.#transport?.drained());
    this.socket = new MemorySocket(url, {
      get bufferedBytes() {
        return up.bufferedBytes;
      },
      send: (text) => up.send(text.length, () => this.#transport?.received(text)),
      close: (code, reason) => this.#closeFromClient(code, reason),
      abandon: () => this.#abandon(),
    });
  }

  /** Whether the server has accepted the connection, and at least one end has not closed it. */
  get isOpen(): boolean {
    return this.#transport !== undefined && !(this.socket.isClosed && this.#transport.isClosed);
  }

  /** Asks the server, once the request has reached it. */
  request(answer: () => Promise<Answer>): void {
    this.#up.send(noBytes, () => void this.#accept(answer));
  }

  async #accept(answer: () => Promise<Answer>): Promise<void> {
    const accepted = await answer();
    if (this.#neverOpens) return;
    if (accepted === undefined) {
      this.#neverOpens = true;
      this.#down.send(noBytes, () => this.#closeClient(closedAbnormally, ''));
      return;
    }
    const protocol = accepted.protocol ?? '';
    const transport = (this.#transport = new MemoryTransport(protocol, this.#serverSide()));
    this.#down.send(noBytes, () => this.socket.opened(protocol));
    accepted.open(transport);
  }

  /** Breaks the connection for both ends, or for one end only, while the other still considers it open. */
  cut(seenBy: End | 'both'): void {
    this.lose('both');
    if (seenBy !== 'server') this.#timeline.enqueue(() => this.#closeClient(closedAbnormally, ''));
    if (seenBy !== 'client') this.#endServer();
  }

  /** Silently loses everything in one direction, or in both. */
  lose(direction: Direction | 'both'): void {
    if (direction !== 'down') this.#up.lose();
    if (direction !== 'up') this.#down.lose();
    if (this.socket.isClosing) this.#giveUpClosing();
  }

  /** Applies the changed conditions of its line. */
  review(): void {
    this.#up.review();
    this.#down.review();
  }

  #serverSide(): ServerSide {
    const down = this.#down;
    return {
      get bufferedBytes() {
        return down.bufferedBytes;
      },
      send: (text) => down.send(text.length, () => this.socket.received(text)),
      ping: () => down.send(noBytes, () => this.#up.send(noBytes, () => this.#transport?.ponged())),
      close: (code, reason) => down.send(noBytes, () => this.#closeClient(code, reason)),
      terminate: () => {
        down.clear();
        down.send(noBytes, () => this.#closeClient(closedAbnormally, ''));
      },
      enqueue: (task) => this.#timeline.enqueue(task),
      over: () => this.#check(),
    };
  }

  #closeFromClient(code: number, reason: string): void {
    if (this.#up.isLost || this.#down.isLost) this.#giveUpClosing();
    this.#up.send(noBytes, () => {
      this.#transport?.closed(code, reason);
      this.#down.send(noBytes, () => this.#closeClient(code, reason));
    });
  }

  /** The close will not be answered. A real platform finds this out by waiting. */
  #giveUpClosing(): void {
    this.#timeline.enqueue(() => this.#closeClient(closedAbnormally, ''));
  }

  #abandon(): void {
    this.#up.send(noBytes, () => this.#endServer());
    this.#closeClient(closedAbnormally, '');
  }

  #endServer(): void {
    this.#neverOpens = true;
    this.#transport?.closed(closedAbnormally, '');
    this.#check();
  }

  #closeClient(code: number, reason: string): void {
    this.socket.closed(code, reason);
    this.#check();
  }

  #check(): void {
    if (this.socket.isClosed && (this.#transport?.isClosed ?? this.#neverOpens)) this.#over();
  }
}
