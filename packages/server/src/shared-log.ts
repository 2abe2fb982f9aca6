// One log as this process mirrors it. The engine has the truth, and may lose a part of it; the line to it may break. Whatever
// comes is held against the position that the mirror has, and what does not follow is read, given back, or told as a gap.
import type { Broker, LatestValue, LogHead, LogPage, SharedEntry } from './broker.js';
import { deliverSharedEntry } from './publish.js';
import { catchUp, introduce, noteLag } from './replay.js';
import type { Group, Membership } from './rooms.js';
import { createEpoch } from './logs.js';
import type { Log, LogSource, PlacedMessage } from './log.js';
import { encodeShared } from './shared-message.js';

/** So often something is tried that another process may undo meanwhile. */
const maxTries = 16;

/** A position after all there are: what is read after it is only where the log stands. */
const afterAll = Number.MAX_SAFE_INTEGER;

/** What a shared log needs of the cluster. */
export interface SharedLogHost {
  readonly broker: Broker;
  /** Makes an entry of a log; `undefined` of what is no message. */
  decode(entry: SharedEntry, group: Group): PlacedMessage;
  /** Keeps a `latest` value for those who come later. */
  keep(value: LatestValue, group: Group): void;
  /** It is not followed any more. */
  forget(log: SharedLog): void;
  /** Resolves when it is worth trying again. */
  retry(): Promise<void>;
}

/** One log as this process mirrors it. */
export class SharedLog implements LogSource {
  /** What the engine calls it. */
  readonly name: string;
  readonly group: Group;
  readonly log: Log;
  readonly #host: SharedLogHost;
  /** Settles once the mirror stands where the log does. */
  #opening: Promise<void> | undefined;
  /** What came while something was found out. */
  #waiting: (readonly [epoch: string, entry: SharedEntry])[] | undefined;
  #checking: Promise<void> | undefined;
  #loading: Promise<void> | undefined;
  /** Nothing before the oldest entry here can be had, as long as that is this one. */
  #loadedFloor: number | undefined;
  /** Appends of this process that are under way, and the last position that one was given. */
  #appending = 0;
  #appendedAt = 0;
  #appended: Promise<unknown> = Promise.resolve();
  readonly #newcomers = new Set<Membership>();
  #isClosed = false;

  constructor(host: SharedLogHost, name: string, group: Group, createLog: (source: LogSource) => Log) {
    this.#host = host;
    this.name = name;
    this.group = group;
    this.log = createLog(this);
  }

  /** Stands at the beginning of a log that nobody can have written to yet. */
  openNew(): void {
    void this.#host.broker.follow(this.name);
  }

  /** Finds out where the log stands. */
  open(): Promise<void> {
    this.#waiting = [];
    return (this.#opening ??= this.#open().finally(() => (this.#opening = undefined)));
  }

  async append(body: string): Promise<LogHead> {
    this.#appending += 1;
    const { epoch, at: knownAt } = this.log;
    const appending = this.#host.broker.append({ log: this.name, body, epoch, knownAt });
    this.#appended = appending.catch(() => undefined);
    try {
      const head = await appending;
      this.#appendedAt = Math.max(this.#appendedAt, head.at);
      return head;
    } finally {
      this.#appending -= 1;
    }
  }

  /** It was appended that far: has the mirror heard of it? */
  isBehind(): boolean {
    return this.#appendedAt > this.log.at && this.#opening === undefined;
  }

  place(membership: Membership): void {
    if (this.#opening === undefined && this.#appending === 0) {
      membership.since = Math.max(this.log.at, this.#appendedAt);
      return;
    }
    membership.since = Infinity;
    this.#newcomers.add(membership);
    void this.#settled();
  }

  prepare(from: number): Promise<void> | undefined {
    if (this.#opening !== undefined || this.#newcomers.size > 0) {
      return this.#settled().then(() => this.prepare(Math.min(from, this.log.at)));
    }
    if (this.#isClosed || from >= this.log.floor || this.log.floor === this.#loadedFloor) return undefined;
    return (this.#loading ??= this.#load().finally(() => (this.#loading = undefined)));
  }

  /** The log took an entry, as this process hears of it. */
  appended(epoch: string, entry: SharedEntry): void {
    if (this.#waiting !== undefined) this.#waiting.push([epoch, entry]);
    else this.#take(epoch, entry);
  }

  /** Finds out whether anything was missed, here or by the engine, and makes that good or tells of it. */
  check(): Promise<void> {
    if (this.#opening !== undefined || this.#isClosed) return Promise.resolve();
    this.#waiting ??= [];
    return (this.#checking ??= this.#check().finally(() => (this.#checking = undefined)));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = [];
    this.#host.forget(this);
  }

  async #open(): Promise<void> {
    const { broker } = this.#host;
    while (!this.#isClosed) {
      try {
        const { epoch } = this.log;
        const [head] = await Promise.all([
          broker.read(this.name, { after: afterAll, epoch }),
          broker.follow(this.name),
        ]);
        const [page] = await Promise.all([
          broker.read(this.name, { after: head.at, epoch }),
          this.#readLatest(),
        ]);
        if (this.#isClosed) return;
        // a log that was made anew between the two is read as it is now
        this.log.restart(page.epoch, page.epoch === head.epoch ? Math.min(head.at, page.at) : page.floor);
        for (const entry of page.entries) this.#deliver(entry);
        return this.#goOn();
      } catch {
        await this.#host.retry();
      }
    }
  }

  async #readLatest(): Promise<void> {
    for (const value of await this.#host.broker.latest(this.name)) this.#host.keep(value, this.group);
  }

  /** Where newcomers stand is known once all that was sent before them is. */
  async #settled(): Promise<void> {
    const newcomers = [...this.#newcomers];
    await this.#opening;
    await this.#appended;
    const since = Math.max(this.log.at, this.#appendedAt);
    for (const membership of newcomers) {
      if (this.#newcomers.delete(membership)) membership.since = since;
    }
  }

  async #load(): Promise<void> {
    const { log } = this;
    try {
      const page = await this.#host.broker.read(this.name, { after: 0, epoch: log.epoch });
      if (page.epoch === log.epoch && !this.#isClosed) {
        log.takeBefore(page.entries.map((entry) => this.#host.decode(entry, this.group)));
      }
    } catch {
      // whoever wants to read it is told that it cannot be had
    }
    this.#loadedFloor = log.floor;
  }

  #take(epoch: string, entry: SharedEntry): void {
    const { log } = this;
    if (epoch === log.epoch && entry.after === log.at) return this.#deliver(entry);
    const isOverlap = epoch === log.epoch && entry.at <= log.at && (entry.at <= log.floor || log.stands(entry.at));
    if (isOverlap) return;
    void this.check();
    this.#waiting?.push([epoch, entry]);
  }

  #deliver(entry: SharedEntry): void {
    deliverSharedEntry(this.group, this.log.take(this.#host.decode(entry, this.group)));
  }

  /** Takes what waited. */
  #goOn(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const [epoch, entry] of waiting) this.appended(epoch, entry);
  }

  async #check(): Promise<void> {
    const { broker } = this.#host;
    const { log } = this;
    for (let tries = 0; tries < maxTries && !this.#isClosed; tries += 1) {
      try {
        const page = await broker.read(this.name, { after: log.at, epoch: createEpoch() });
        if (await this.#reconcile(page)) return this.#goOn();
      } catch {
        await this.#host.retry();
      }
    }
    this.#goOn();
  }

  /** Whether the mirror is what the log is. */
  async #reconcile(page: LogPage): Promise<boolean> {
    const { log, name } = this;
    const { broker } = this.#host;
    if (page.epoch !== log.epoch) {
      await this.#startAgain();
      return true;
    }
    if (page.at < log.at) {
      const lost = this.#heldAfter(page);
      if (lost === undefined) await broker.renew(name, log.epoch, createEpoch());
      else await broker.restore(name, page, lost);
      return false;
    }
    const [next] = page.entries;
    if (next !== undefined && next.after < log.at) {
      // somebody wrote on after the engine had lost what is held here: who reads on from there is to be told of it
      await broker.renew(name, log.epoch, createEpoch());
      return false;
    }
    if (page.floor > log.at) this.#skipTo(page.floor);
    for (const entry of page.entries) this.#deliver(entry);
    for (const session of this.group.sessions()) catchUp(session);
    return true;
  }

  /** What the engine has lost after its head; `undefined` when it is not all held here. */
  #heldAfter({ at }: LogHead): readonly SharedEntry[] | undefined {
    if (at < this.log.floor || !this.log.stands(at)) return undefined;
    return Array.from(this.log.after(at), ({ at, after, time, message, exceptId }) => {
      return { at, after, time, body: encodeShared(message, exceptId) };
    });
  }

  /** What lies before `floor` cannot be had: those who have not read it are told. */
  #skipTo(floor: number): void {
    const { log, group } = this;
    for (const session of group.sessions()) {
      if (session.connection !== undefined && session.behind?.has(log.name) !== true) noteLag(session, log, log.at);
    }
    log.restart(log.epoch, floor);
  }

  /** The log was made anew, or given another epoch: everybody is told, and read to from where the two part. */
  async #startAgain(): Promise<void> {
    const { log, group } = this;
    const page = await this.#host.broker.read(this.name, { after: 0, epoch: log.epoch });
    const shared = page.entries.filter(({ at }) => at <= log.at && log.stands(at));
    const parting = shared.at(-1)?.at ?? page.floor;
    const before = log.epoch;
    const stood = log.at;
    const positions = new Map(
      Array.from(group.sessions(), (session) => [session, session.behind?.get(log.name)] as const),
    );
    log.restart(page.epoch, parting);
    this.#loadedFloor = undefined;
    for (const entry of page.entries) {
      if (entry.at > parting) log.take(this.#host.decode(entry, group));
    }
    for (const [session, reader] of positions) {
      const membership = group.membershipOf(session);
      if (membership !== undefined) membership.since = Math.min(membership.since, parting);
      // whoever is being found out about is read to after that
      if (reader?.isHeld === true || membership === undefined || session.connection === undefined) continue;
      if (session.speaksProtocol) {
        introduce(session, log, [before, reader?.at ?? stood], { membership, values: group.latest });
      } else {
        noteLag(session, log, parting);
        catchUp(session);
      }
    }
  }
}
