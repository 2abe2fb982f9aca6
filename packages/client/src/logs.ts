// Follows the logs that the server keeps for this client: its inbox, everyone's, its rooms'. Holds the cursors, and hands on
// what cursors.ts lets through.
import type { Cursor, Frame, ProtocolData } from '@wirepact/core/internal';
import { createAcknowledgements, type Acknowledgements } from './acknowledgements.js';
import type { Connection } from './connection.js';
import { judge, missing } from './cursors.js';
import type { ResolvedClientOptions } from './options.js';
import type { Requests } from './requests.js';

/** The log of what was sent to this client alone. */
export const inbox = '$inbox';

/** What the logs need of the client they belong to. */
export interface LogHost {
  readonly options: ResolvedClientOptions;
  readonly connection: Connection;
  readonly requests: Requests;
  readonly deliver: (frame: Frame) => void;
  readonly missed: (gap: ProtocolData['$gap']) => void;
}

export class Logs {
  readonly #host: LogHost;
  readonly #acknowledgements: Acknowledgements;
  readonly #cursors = new Map<string, Cursor>();
  /** Logs of which nothing is taken: their replay was asked for, or they are being left. */
  readonly #held = new Set<string>();

  constructor(host: LogHost) {
    this.#host = host;
    this.#acknowledgements = createAcknowledgements(host.options.clock, host.connection);
  }

  get cursors(): Readonly<Record<string, Cursor>> {
    return Object.fromEntries(this.#cursors);
  }

  /** Stands at these positions too. */
  place(cursors: Readonly<Record<string, Cursor>>): void {
    for (const [log, cursor] of Object.entries(cursors)) this.#cursors.set(log, cursor);
  }

  /** There is no connection to acknowledge on; the next one is told the cursors. */
  pause(): void {
    this.#acknowledgements.stop();
  }

  clear(): void {
    this.#cursors.clear();
    this.#held.clear();
  }

  /** Asks for all that comes after the cursor, and takes nothing else until that is answered. */
  async join(log: string): Promise<unknown> {
    this.#held.add(log);
    try {
      return await this.#host.requests.ask({
        path: '$join',
        data: { room: log, from: this.#cursors.get(log) },
      });
    } finally {
      this.#held.delete(log);
    }
  }

  /** A join was answered: its replay follows. */
  joined(log: string): void {
    this.#held.delete(log);
  }

  /** Takes nothing of it any more; the server may not know yet. */
  leave(log: string): void {
    this.forget(log);
    this.#held.add(log);
  }

  /** The server knows too. */
  left(log: string): void {
    this.forget(log);
    this.#held.delete(log);
  }

  forget(log: string): void {
    this.#cursors.delete(log);
  }

  receive(frame: Frame): void {
    const { path, data, at, after = 0, room = inbox } = frame;
    if (path === '$stream') this.#begin(data as ProtocolData['$stream']);
    else if (path === '$gap') this.#miss(data as ProtocolData['$gap']);
    else if (at === undefined) this.#host.deliver(frame);
    else if (!this.#held.has(room)) this.#follow(room, at, after, frame);
  }

  #follow(log: string, at: number, after: number, frame: Frame): void {
    const cursor = this.#cursors.get(log);
    if (!cursor) return;
    const [epoch, last] = cursor;
    const verdict = judge(last, at, after);
    // where that fails, the next entry asks again, or the next connection resumes from here
    if (verdict === 'rejoin' && this.#host.connection.writable) this.join(log).catch(() => {});
    if (verdict === 'fork') this.#miss({ room: log, why: 'fork', from: cursor, to: [epoch, after] });
    else if (verdict !== 'deliver') return;
    // the listeners run in this very turn: nobody sees the cursor before they have
    this.#cursors.set(log, [epoch, at]);
    this.#host.deliver(frame);
    // unless one of them closed the client
    if (log === inbox && this.#cursors.has(log)) this.#acknowledgements.taken(at);
  }

  #begin({ room, epoch, from }: ProtocolData['$stream']): void {
    if (this.#held.has(room)) return;
    const before = this.#cursors.get(room);
    const to: Cursor = [epoch, from];
    const why = before && missing(before, to);
    if (before && why) this.#miss({ room, why, from: before, to });
    else if (!before) this.#cursors.set(room, to);
  }

  #miss(gap: ProtocolData['$gap']): void {
    const { room, to } = gap;
    if (to) this.#cursors.set(room, to);
    else this.#cursors.delete(room);
    this.#host.missed(gap);
  }
}
