// The members of this process's rooms, in all processes. The engine has the list; changes are heard as they happen, and missed
// ones are found when the list is read again.
import type { Broker } from './broker.js';
import type { Hub } from '../hub.js';
import { eachOf } from '../each-of.js';
import { describe, findInfo, tellOf, tracksMembers } from '../rooms/member-lists.js';
import { isJson } from '../read-json.js';
import type { Room } from '../rooms/rooms.js';
import type { Session } from '../session/session.js';
import type { Timers } from '../timers.js';

/** Somebody came into a room, or left it. */
export interface MemberNotice {
  readonly kind: 'member';
  readonly room: string;
  readonly id: string;
  /** What others may know of it, as JSON; absent when it left. */
  readonly info?: string;
  /** The process that says so: those of its own it has told. */
  readonly from?: string;
}

/** One room's members, by the id of their session: what is known of each, as JSON. */
interface MemberList {
  /** One that everybody had left is another one when somebody comes again. */
  readonly room: Room;
  readonly infos: Map<string, string>;
  /** What was heard while the list was read, which may be older; `undefined` for who left. */
  readonly heard: Map<string, string | undefined>;
  /** Whether the members that are here were told who is there, as far as that was known: what is new they are told. */
  isTold: boolean;
  reading: Promise<void> | undefined;
}

/** Somebody entered a room or left it; which of the two shows where it is now. */
interface Change {
  readonly room: string;
  readonly id: string;
}

/** More than that is left to the engine, which is told every now and then who is there. */
const mostUnsaid = 10_000;

/** Who is in the rooms of this process. */
export class SharedMembers {
  readonly #broker: Broker;
  readonly #processId: string;
  readonly #hub: Hub;
  readonly #lists = new Map<string, MemberList>();
  readonly #timers: Timers;
  /** What could not be said when it happened. */
  #unsaid: Change[] = [];
  /** How often something was waited for. */
  #waits = 0;

  /** When the `timers` end, nobody is waited for any more. */
  constructor(broker: Broker, processId: string, hub: Hub, timers: Timers) {
    this.#broker = broker;
    this.#processId = processId;
    this.#hub = hub;
    this.#timers = timers;
  }

  /** `info` is what others may know of it, if they are to be told. */
  enter(session: Session, room: string, info: string | undefined): void {
    void this.#sayEntered(session, room, info);
    if (info !== undefined) this.#note(room, session.id, info);
  }

  leave({ id }: Session, room: string): void {
    void this.#sayLeft({ room, id });
    if (tracksMembers(this.#hub)) this.#note(room, id);
  }

  /** A session that was in another process is in this one now: for the others it never left. */
  keep(session: Session, room: string): void {
    void this.#enter(session, room, findInfo(session, room));
  }

  hear({ room, id, info, from }: MemberNotice): void {
    if (from !== this.#processId) this.#note(room, id, info);
  }

  /** Everybody in a room, as far as that is known; `undefined` where it is being found out, or has to be. */
  findKnown(room: Room): ReadonlyMap<string, string> | undefined {
    const known = this.#lists.get(room.name);
    if (known?.room !== room || known.reading !== undefined) return undefined;
    this.#askAgain(known);
    return known.infos;
  }

  /** The same, once it is known. */
  async list(room: Room): Promise<ReadonlyMap<string, string>> {
    const known = this.#lists.get(room.name);
    if (known?.room !== room) return this.read(room);
    await known.reading;
    this.#askAgain(known);
    return known.infos;
  }

  /** Resolves once this has settled, or has taken as long as the engine may take to answer. */
  inTime(settling: Promise<void>): Promise<void> {
    const timer = `members ${(this.#waits += 1)}`;
    return new Promise((resolve) => {
      this.#timers.after(timer, this.#broker.publishTimeoutMs, resolve);
      void settling.then(() => {
        this.#timers.stop(timer);
        resolve();
      });
    });
  }

  /** Reads who is there, and tells the members that are here what they have not heard of. */
  async read(room: Room): Promise<ReadonlyMap<string, string>> {
    const list = this.#listOf(room);
    list.reading ??= this.#read(list).finally(() => (list.reading = undefined));
    await list.reading;
    return list.infos;
  }

  /** Says who has left, and reads again who is in the rooms that are known. */
  async refresh(): Promise<void> {
    const unsaid = this.#unsaid;
    this.#unsaid = [];
    await eachOf(unsaid, (change) => this.#sayAgain(change));
    await eachOf(this.#lists, async ([name, list]) => {
      if (this.#hub.rooms.find(name) !== list.room) return void this.#lists.delete(name);
      this.#askAgain(list);
      // one that is being read may have to wait for the room's log, and the others are not to wait for that
      if (list.reading === undefined) await this.read(list.room);
    });
  }

  async #sayAgain(change: Change): Promise<void> {
    const { room, id } = change;
    const session = this.#hub.roster.find(id);
    if (session?.rooms.has(room) === true) {
      return this.#sayEntered(session, room, findInfo(session, room));
    }
    if (session === undefined) {
      const isElsewhere = await this.#isElsewhere(id);
      if (isElsewhere === undefined) return this.#checkSaid(false, change);
      // who is back by now has said so
      if (isElsewhere || this.#hub.roster.find(id) !== undefined) return;
    }
    return this.#sayLeft(change);
  }

  /** Whether another process has a session: then only that knows who left. `undefined` when it cannot be found out now. */
  async #isElsewhere(id: string): Promise<boolean | undefined> {
    try {
      const place = await this.#broker.findSession(id);
      return place !== undefined && place.processId !== this.#processId;
    } catch {
      return undefined;
    }
  }

  #enter({ id, userId }: Session, room: string, info = 'null'): Promise<boolean> {
    return this.#broker.enter(room, { id, userId, info });
  }

  async #sayEntered(session: Session, room: string, info: string | undefined): Promise<void> {
    const { id } = session;
    const saying = this.#enter(session, room, info);
    if (info !== undefined) this.#tellOthers(room, id, info);
    this.#checkSaid(await saying, { room, id });
  }

  async #sayLeft({ room, id }: Change): Promise<void> {
    const saying = this.#broker.leave(room, id);
    if (tracksMembers(this.#hub)) this.#tellOthers(room, id);
    this.#checkSaid(await saying, { room, id });
  }

  #checkSaid(isSaid: boolean, change: Change): void {
    if (!isSaid && this.#unsaid.length < mostUnsaid) this.#unsaid.push(change);
  }

  /** What others may know of those that are here may have changed. */
  #askAgain({ room, infos }: MemberList): void {
    for (const session of room.members.keys()) {
      const info = describe(session, room.name);
      if (infos.get(session.id) !== info) this.enter(session, room.name, info);
    }
  }

  #listOf(room: Room): MemberList {
    const known = this.#lists.get(room.name);
    if (known?.room === room) return known;
    const list = { room, infos: new Map(), heard: new Map(), isTold: false, reading: undefined };
    this.#lists.set(room.name, list);
    return list;
  }

  async #read(list: MemberList): Promise<void> {
    const { room, infos, heard } = list;
    heard.clear();
    try {
      // from then on what changes is heard of
      await room.log.source?.prepare(Infinity);
      const members = await this.#readAll(room.name);
      for (const [id, info] of heard) {
        if (info === undefined) members.delete(id);
        else members.set(id, info);
      }
      for (const id of [...infos.keys()]) {
        if (!members.has(id) && infos.delete(id) && list.isTold) tellOf(room, id);
      }
      for (const [id, info] of members) {
        if (list.isTold && infos.get(id) !== info) tellOf(room, id, info);
        infos.set(id, info);
      }
    } catch {
      // it is read again when the engine is back, or with the next round
    }
    list.isTold = true;
  }

  /** What is known of each becomes a part of a frame as it is: what is no JSON is nobody's. */
  async #readAll(room: string): Promise<Map<string, string>> {
    const members = new Map<string, string>();
    for (const { id, info } of await this.#broker.members(room)) {
      if (isJson(info)) members.set(id, info);
      else
        this.#hub.report(
          new TypeError(`a member of the room "${room}" is ignored: it was not stored by Wirepact`),
        );
    }
    return members;
  }

  /** Those of other processes. */
  #tellOthers(room: string, id: string, info?: string): void {
    const from = this.#processId;
    const notice: MemberNotice = { kind: 'member', room, id, ...(info !== undefined && { info }), from };
    this.#broker.emit(room, JSON.stringify(notice));
  }

  /** Somebody came, or left: the members that are here are told at once, also where nobody else can be. */
  #note(name: string, id: string, info?: string): void {
    const list = this.#lists.get(name);
    if (list !== undefined) {
      list.heard.set(id, info);
      if (info === undefined) list.infos.delete(id);
      else list.infos.set(id, info);
    }
    const room = this.#hub.rooms.find(name);
    if (room !== undefined) tellOf(room, id, info);
  }
}
