// Follows the logs that the server keeps for this client: its inbox, everyone's, and those of its rooms. Holds the
// cursors and delivers the entries that cursors.ts accepts.
import type { Cursor, Frame, ProtocolData } from '@wirepact/core/internal';
import { createAcknowledgements, type Acknowledgements } from './acknowledgements.js';
import type { Connection } from './connection.js';
import { judge, missing } from './cursors.js';
import type { ResolvedClientOptions } from './options.js';
import type { Requests } from './requests.js';

/** The name of the log of what was sent to this client alone. */
export const inbox = '$inbox';

/** What the logs need from the client. */
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
   * Logs whose frames are not handled now. Frames of a room that is being joined (an array) are kept until the join is
   * answered. Frames before a replay that was requested (`'replay'`), or of a room that was left and of which the
   * server may not know it yet (`'left'`), are dropped.
   */
  readonly #held = new Map<string, Frame[] | 'replay' | 'left'>();
  /** The cursors of a lost session, until the server has said what was missed. */
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

  /**
   * Sets the client's positions, as the server or the last page gives them. What is missing of an earlier session
   * follows.
   */
  place(cursors: Readonly<Record<string, Cursor>>): void {
    for (const [log, cursor] of this.#cursors) this.#owed.set(log, cursor);
    for (const [log, cursor] of Object.entries(cursors)) this.#set(log, cursor);
  }

  /** The connection is lost: no join will be answered on it, and the gaps that it still owed are reported now. */
  cut(): void {
    this.#acknowledgements.stop();
    for (const [log, held] of this.#held) if (typeof held === 'object') this.#release(log);
    for (const owed of this.#owed) this.#miss(this.#lost(owed));
  }

  /** Reports the gaps of a lost session whose logs the server was not told of. Those of rooms follow their joins. */
  reportLost(): void {
    for (const owed of this.#owed) this.receive({ path: '$gap', data: this.#lost(owed) });
  }

  clear(): void {
    this.#acknowledgements.stop();
    for (const logs of [this.#cursors, this.#held, this.#owed]) logs.clear();
  }

  /** Joins a room. Frames of its log wait until the join is answered. */
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

  /** A join was answered. The code that awaits it continues before anything else is handled. */
  joined(room: string): void {
    void this.#host.connection.patience.pause(this.#let(room).map((frame) => () => this.receive(frame)));
  }

  /** Drops further frames of this log; the server may not know yet. */
  leave(log: string): void {
    this.#held.set(log, 'left');
  }

  /** The server knows that the room was left. */
  left(log: string): void {
    this.#held.delete(log);
    this.forget(log);
  }

  /** Forgets a log, after handling the frames that were kept for it. */
  forget(log: string): void {
    this.#release(log);
    this.#cursors.delete(log);
    this.#owed.delete(log);
  }

  /** The session was lost before the client knew its position in a room that it had joined. */
  lose(room: string): void {
    this.#host.missed({ room, why: 'lost', from: ['', 0] });
  }

  receive(frame: Frame): void {
    const { path, data, at, room = inbox } = frame;
    const isHeader = path === '$stream' || path === '$gap';
    if (!isHeader && at === undefined) return this.#host.deliver(frame);
    const log = isHeader ? (data as ProtocolData['$stream' | '$gap']).room : room;
    const held = this.#held.get(log);
    if (typeof held === 'object') held.push(frame);
    if (held !== undefined) return;
    if (path === '$stream') this.#begin(data as ProtocolData['$stream']);
    else if (path === '$gap') this.#miss(data as ProtocolData['$gap']);
    else this.#follow(log, frame);
  }

  #lost([room, from]: readonly [string, Cursor]): ProtocolData['$gap'] {
    const to = this.#cursors.get(room);
    return { room, why: 'lost', from, ...(to && to !== from && { to }) };
  }

  #release(log: string): void {
    for (const frame of this.#let(log)) this.receive(frame);
  }

  /** Stops holding a log, unless it was left: a late answer changes nothing then. Returns the frames that were kept. */
  #let(log: string): readonly Frame[] {
    const held = this.#held.get(log);
    if (held !== 'left') this.#held.delete(log);
    return typeof held === 'object' ? held : [];
  }

  #follow(log: string, frame: Frame): void {
    const { at = 0, after = 0 } = frame;
    const cursor = this.#cursors.get(log);
    if (!cursor) return;
    const [epoch, last] = cursor;
    const verdict = judge(last, at, after);
    if (verdict === 'rejoin') this.#repair(log);
    if (verdict === 'fork') this.#miss({ room: log, why: 'fork', from: cursor, to: [epoch, after] });
    else if (verdict !== 'deliver') return;
    // the listeners run in this same turn, so nobody sees the cursor before they have run
    this.#cursors.set(log, [epoch, at]);
    this.#host.deliver(frame);
    // unless a listener closed the client
    if (log === inbox && this.#cursors.has(log)) this.#acknowledgements.taken(at);
  }

  /**
   * Requests everything after the cursor. If that fails, the next entry requests it again, or the next connection
   * resumes from here.
   */
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

  /** Sets a cursor. Anything that is not a cursor removes it, so that it cannot fail later. */
  #set(log: string, cursor: Cursor | undefined): void {
    if (Array.isArray(cursor)) this.#cursors.set(log, cursor);
    else this.#cursors.delete(log);
  }

  #miss(gap: ProtocolData['$gap']): void {
    const { room, why, to } = gap;
    const [epoch, last = 0] = this.#cursors.get(room) ?? [];
    const wasOwed = this.#owed.delete(room);
    // not reported: a gap in what arrived while its replay was requested, and a gap of a lost session in a room that
    // was left
    const isKnown = to ? why !== 'fork' && to[0] === epoch && to[1] <= last : why !== 'denied';
    if (!wasOwed && isKnown) return;
    this.#set(room, to);
    this.#host.missed(gap);
  }
}
