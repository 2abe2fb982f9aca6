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
  /**
   * Logs of which nothing is taken now. What comes of a room that is being joined is kept for who awaits that; there is no use
   * for it until a replay that was asked for begins, or where the room is left and the server may not know yet.
   */
  readonly #held = new Map<string, Frame[] | 'replay' | 'left'>();
  /** Where the client stood in logs of a session that is lost, until it is told what it missed. */
  readonly #owed = new Map<string, Cursor>();

  constructor(host: LogHost) {
    this.#host = host;
    this.#acknowledgements = createAcknowledgements(host.options.clock, host.connection);
  }

  get cursors(): Readonly<Record<string, Cursor>> {
    return Object.fromEntries(this.#cursors);
  }

  follows(log: string): boolean {
    return this.#cursors.has(log);
  }

  /** The client stands there, as the server says or the last page did. What is missing of a session before is told next. */
  place(cursors: Readonly<Record<string, Cursor>>): void {
    for (const [log, cursor] of this.#cursors) this.#owed.set(log, cursor);
    for (const [log, cursor] of Object.entries(cursors)) this.#set(log, cursor);
  }

  /** The connection is gone: nobody awaits an answer on it, and what it owed is not told any more. */
  cut(): void {
    this.#acknowledgements.stop();
    for (const [log, held] of this.#held) if (typeof held === 'object') this.#release(log);
    for (const [room, from] of this.#owed) {
      const to = this.#cursors.get(room);
      this.#miss({ room, why: 'lost', from, ...(to && to !== from && { to }) });
    }
  }

  clear(): void {
    this.#acknowledgements.stop();
    for (const logs of [this.#cursors, this.#held, this.#owed]) logs.clear();
  }

  /** Joins a room. What comes of its log until that is answered is for who awaits it. */
  async join(room: string): Promise<void> {
    if (!this.#held.has(room)) this.#held.set(room, []);
    try {
      await this.ask('$join', room);
    } finally {
      this.#release(room);
    }
  }

  ask(path: '$join' | '$leave', room: string): Promise<unknown> {
    return this.#host.requests.ask({ path, data: { room, from: this.#cursors.get(room) } });
  }

  /** A join was answered. Who awaits that goes on before anything else is taken. */
  joined(room: string): void {
    void this.#host.connection.patience.pause(this.#let(room).map((frame) => () => this.receive(frame)));
  }

  /** Takes nothing of it any more; the server may not know yet. */
  leave(log: string): void {
    this.#held.set(log, 'left');
  }

  /** The server knows too. */
  left(log: string): void {
    this.#held.delete(log);
    this.forget(log);
  }

  /** It is over, once what came of it was taken. */
  forget(log: string): void {
    this.#release(log);
    this.#cursors.delete(log);
    this.#owed.delete(log);
  }

  /** The session was lost before it was told where it stands in a room that it was in. */
  lose(room: string): void {
    this.#host.missed({ room, why: 'lost', from: ['', 0] });
  }

  receive(frame: Frame): void {
    const { path, data, at, room = inbox } = frame;
    const isHeader = path === '$stream' || path === '$gap';
    if (!isHeader && at === undefined) return this.#host.deliver(frame);
    const log = isHeader ? (data as ProtocolData['$stream' | '$gap']).room : room;
    const held = this.#held.get(log);
    if (held === undefined) this.#take(frame);
    else if (typeof held === 'object') held.push(frame);
  }

  #take(frame: Frame): void {
    const { path, data, at = 0, after = 0, room = inbox } = frame;
    if (path === '$stream') this.#begin(data as ProtocolData['$stream']);
    else if (path === '$gap') this.#miss(data as ProtocolData['$gap']);
    else this.#follow(room, at, after, frame);
  }

  #release(log: string): void {
    for (const frame of this.#let(log)) this.receive(frame);
  }

  /** Holds it no more, unless it is left: an answer that crossed that changes nothing. Returns what was kept. */
  #let(log: string): readonly Frame[] {
    const held = this.#held.get(log);
    if (held !== 'left') this.#held.delete(log);
    return typeof held === 'object' ? held : [];
  }

  #follow(log: string, at: number, after: number, frame: Frame): void {
    const cursor = this.#cursors.get(log);
    if (!cursor) return;
    const [epoch, last] = cursor;
    const verdict = judge(last, at, after);
    if (verdict === 'rejoin') this.#repair(log);
    if (verdict === 'fork') this.#miss({ room: log, why: 'fork', from: cursor, to: [epoch, after] });
    else if (verdict !== 'deliver') return;
    // the listeners run in this very turn: nobody sees the cursor before they have
    this.#cursors.set(log, [epoch, at]);
    this.#host.deliver(frame);
    // unless one of them closed the client
    if (log === inbox && this.#cursors.has(log)) this.#acknowledgements.taken(at);
  }

  /** Asks for all after the cursor. Where that fails, the next entry asks again, or the next connection resumes from here. */
  #repair(log: string): void {
    if (!this.#host.connection.writable) return;
    const heal = (): void => this.#release(log);
    this.#held.set(log, 'replay');
    this.ask('$join', log).then(heal, heal);
  }

  #begin({ room, epoch, from }: ProtocolData['$stream']): void {
    const before = this.#cursors.get(room);
    const to: Cursor = [epoch, from];
    const why = before && missing(before, to);
    if (before && why) this.#miss({ room, why, from: before, to });
    else if (!before) this.#cursors.set(room, to);
  }

  /** What is no cursor is none: a later moment must not stumble over it. */
  #set(log: string, cursor: Cursor | undefined): void {
    if (Array.isArray(cursor)) this.#cursors.set(log, cursor);
    else this.#cursors.delete(log);
  }

  #miss(gap: ProtocolData['$gap']): void {
    const { room, why, to } = gap;
    const [epoch, last] = this.#cursors.get(room) ?? [];
    const wasOwed = this.#owed.delete(room);
    // a replay that was asked for while messages still came tells of what those were; a lost session, of rooms that were left
    const isKnown = to ? why !== 'fork' && to[0] === epoch && to[1] <= (last ?? 0) : why !== 'denied';
    if (!wasOwed && isKnown) return;
    this.#set(room, to);
    this.#host.missed(gap);
  }
}
