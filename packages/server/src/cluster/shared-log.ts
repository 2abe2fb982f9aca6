// One log as this process mirrors it. The engine holds the truth, but may lose part of it, and the connection to it may break.
// Whatever arrives is compared with the mirror's position; what does not follow it is read, given back, or reported as a gap.
import type { Cursor } from '@wirepact/core/internal';
import type { LogHead, SharedEntry } from './broker.js';
import { deliverSharedEntry } from '../delivery/publish.js';
import { OwnAppends } from './own-appends.js';
import { holds, reconcile } from './reconcile.js';
import type { Mirror, SharedLogHost } from './mirror.js';
import { readValues } from './shared-values.js';
import { WaitingEntries, type Waiting } from './waiting-entries.js';
import type { Group, Membership } from '../rooms/rooms.js';
import { createEpoch } from '../delivery/logs.js';
import type { Log, LogSource } from '../delivery/log.js';

/** How often something is tried that another process may undo meanwhile. */
const maxTries = 16;

/** A position after all there are: what is read after it is only where the log stands. */
const afterAll = Number.MAX_SAFE_INTEGER;

/** One log as this process mirrors it. */
export class SharedLog implements LogSource, Mirror {
  /** What the engine calls it. */
  readonly name: string;
  readonly group: Group;
  readonly log: Log;
  readonly host: SharedLogHost;
  /** Settles once the mirror stands where the log does. */
  #opening: Promise<void> | undefined;
  /** What came while something was found out. */
  #waiting: WaitingEntries | undefined;
  #checking: Promise<void> | undefined;
  /** What waits is not to go on yet. */
  #isHeld = false;
  #isStale = false;
  #isLost = false;
  #loading: Promise<void> | undefined;
  /** Nothing before the oldest entry here can be had, as long as that is this one. */
  #loadedFloor: number | undefined;
  readonly #own = new OwnAppends();
  /** Where the log stood when this process began to follow it, and from where somebody wants to read who came meanwhile. */
  #openedAt = 0;
  #wantedFrom = Infinity;
  /** Settles when it is known where every newcomer stands. */
  #placing: Promise<void> = Promise.resolve();
  isClosed = false;

  constructor(host: SharedLogHost, name: string, group: Group, createLog: (source: LogSource) => Log) {
    this.host = host;
    this.name = name;
    this.group = group;
    this.log = createLog(this);
  }

  /** Stands at the beginning of a log that nobody can have written to yet. */
  openNew(): void {
    void this.#followNew();
  }

  /** Finds out where the log stands. */
  open(): Promise<void> {
    this.#waiting = new WaitingEntries(this.log.maxBytes);
    return (this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
      // something was missed after it was read
      if (this.#isStale) void this.check();
    }));
  }

  append(body: string): Promise<LogHead> {
    const knownAt = Math.max(this.log.at, this.#own.at);
    // should the engine have lost the log, another one is not to be taken for it
    const epoch = knownAt === 0 ? this.log.epoch : createEpoch();
    return this.#own.track(this.host.broker.append({ log: this.name, body, epoch, knownAt }));
  }

  /** Whether it is being found out where the log stands. */
  get isOpening(): boolean {
    return this.#opening !== undefined;
  }

  /** Has the mirror heard of all that this process has appended? */
  isBehind(): boolean {
    return this.#own.at > this.log.at && this.#opening === undefined;
  }

  /** The same of what was appended before this was last asked. */
  isOverdue(): boolean {
    return this.#own.isOverdue(this.log.at) && this.#opening === undefined;
  }

  place(membership: Membership, since: number = Infinity): void {
    if (this.#opening === undefined && !this.#own.isUnderWay) {
      membership.since = Math.min(since, Math.max(this.log.at, this.#own.at));
      return;
    }
    membership.since = Infinity;
    this.#placing = inTurn(this.#placing, this.#place(membership, since));
  }

  prepare(from: number): Promise<void> | undefined {
    if (this.isClosed) return undefined;
    // it is not known yet where that is, or what there is after it
    if (this.#opening !== undefined) {
      this.#wantedFrom = Math.min(this.#wantedFrom, from);
      return this.#opening;
    }
    if (from === Infinity) return this.#placing;
    if (from >= this.log.floor || this.log.floor === this.#loadedFloor) return undefined;
    return (this.#loading ??= this.#load().finally(() => (this.#loading = undefined)));
  }

  reach([epoch, at]: Cursor): Promise<void> | undefined {
    if (this.isClosed || (epoch === this.log.epoch && at <= this.log.at)) return undefined;
    return this.check();
  }

  /** The log took an entry, as this process hears of it. */
  appended(epoch: string, entry: SharedEntry): void {
    this.#note({ epoch, entry, isRead: false });
  }

  /**
   * Finds out whether anything was missed, here or by the engine, and makes that good or tells of it. `isLost` says that the
   * engine has forgotten something: then also a log that nothing is known of here.
   */
  check(isLost = false): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    // what was read by now may be older than the reason for this
    this.#isStale = true;
    this.#isLost ||= isLost;
    if (this.#opening !== undefined) return Promise.resolve();
    this.#waiting ??= new WaitingEntries(this.log.maxBytes);
    return (this.#checking ??= this.#check());
  }

  /** What comes from now on waits until the log was renewed. */
  hold(): void {
    if (this.#opening !== undefined || this.isClosed) return;
    this.#isHeld = true;
    this.#waiting ??= new WaitingEntries(this.log.maxBytes);
  }

  /** Something that this process never heard of is lost: whoever reads the log is told so. */
  async renew(): Promise<void> {
    const { broker } = this.host;
    try {
      // one that is not there cannot be renewed, and another one than is known here may be
      const { epoch } = await broker.read(this.name, { after: afterAll, epoch: this.log.epoch });
      await broker.renew(this.name, epoch, createEpoch());
    } catch (error) {
      this.host.failed(error);
    }
    if (!this.#isHeld) return;
    this.#isHeld = false;
    void this.check();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#waiting = new WaitingEntries(0);
    this.host.forget(this);
  }

  async #open(): Promise<void> {
    const { broker } = this.host;
    while (!this.isClosed) {
      this.#isStale = false;
      try {
        const { epoch } = this.log;
        const [head] = await Promise.all([this.#findStand(), broker.follow(this.name)]);
        // of many who come back at once each wants what was said while it was away: it is read once, with what was said since
        const after = Math.min(head?.at ?? Infinity, this.#wantedFrom);
        const [page] = await Promise.all([broker.read(this.name, { after, epoch }), readValues(this)]);
        if (this.isClosed) return;
        // a log that was made anew between the two is read as it is now
        const { at = page.at, epoch: itsEpoch = page.epoch } = head ?? {};
        this.#openedAt = page.epoch === itsEpoch ? Math.min(at, page.at) : page.floor;
        this.log.restart(page.epoch, this.#openedAt);
        this.#takeBefore(page.entries);
        if (page.floor >= after) this.#loadedFloor = this.log.floor;
        for (const entry of page.entries) if (entry.at > this.#openedAt) this.deliver(entry);
        return this.#goOn();
      } catch {
        await this.host.retry();
      }
    }
  }

  /** Where it stands now, before it is followed: newcomers are sent what comes after that. An inbox has none. */
  async #findStand(): Promise<LogHead | undefined> {
    // whoever opens it says in this turn from where it is read
    if (this.group.session !== undefined) await Promise.resolve();
    if (this.group.session !== undefined && this.#wantedFrom < Infinity) return undefined;
    return this.host.broker.read(this.name, { after: afterAll, epoch: this.log.epoch });
  }

  /** Follows a log that it stands in; what was missed until then is found. */
  async #followNew(): Promise<void> {
    for (let tries = 1; !this.isClosed; tries += 1) {
      try {
        await this.host.broker.follow(this.name);
        return void (tries > 1 && this.check());
      } catch {
        await this.host.retry();
      }
    }
  }

  /** Where a newcomer stands is known once all that was sent before it came has its position. */
  async #place(membership: Membership, since: number): Promise<void> {
    const stand = this.#opening === undefined ? this.log.at : undefined;
    const appended = this.#own.last;
    await this.#opening;
    const at = stand ?? this.#openedAt;
    const head = await appended;
    // unless it may read everything
    if (membership.since === Infinity) membership.since = Math.min(since, Math.max(at, head?.at ?? 0));
  }

  async #load(): Promise<void> {
    const { log } = this;
    try {
      const page = await this.host.broker.read(this.name, { after: 0, epoch: log.epoch });
      if (page.epoch === log.epoch && !this.isClosed) this.#takeBefore(page.entries);
    } catch {
      // whoever wants to read it is told that it cannot be had
    }
    this.#loadedFloor = log.floor;
  }

  /** Those of them that lie before what is held here. */
  #takeBefore(entries: readonly SharedEntry[]): void {
    const older = entries.filter(({ at }) => at <= this.log.floor);
    this.log.takeBefore(older.map((entry) => this.host.decode(entry, this.group)));
  }

  #note(news: Waiting): void {
    if (this.#waiting === undefined) return this.#take(news);
    // what is too much to wait is read
    if (!this.#waiting.add(news)) this.#isStale = true;
  }

  #take({ epoch, entry, isRead }: Waiting): void {
    const { log } = this;
    if (epoch === log.epoch && entry.after === log.at) return this.deliver(entry);
    // an overlap of what was read and what came
    if (epoch === log.epoch && entry.at <= log.at && (entry.at <= log.floor || holds(log, entry))) return;
    // the log was read after this had come: the mirror is what it was then
    if (isRead) return;
    void this.check();
    this.#note({ epoch, entry, isRead: true });
  }

  /** Takes the next entry, and hands it to the group. */
  deliver(entry: SharedEntry): void {
    deliverSharedEntry(this.group, this.log.take(this.host.decode(entry, this.group)));
  }

  /** Takes what waited. */
  #goOn(): void {
    if (this.#isHeld) return;
    const waiting = this.#waiting?.takeAll() ?? [];
    this.#waiting = undefined;
    for (const news of waiting) this.#note(news);
  }

  async #check(): Promise<void> {
    const { log } = this;
    for (let tries = 0; this.#isStale && tries < maxTries && !this.isClosed; tries += 1) {
      this.#isStale = false;
      try {
        // of a log that nothing was said in nothing can have been lost
        const epoch = log.at === 0 && !this.#isLost ? log.epoch : createEpoch();
        const after = Math.max(0, log.at - 1);
        const reading = this.host.broker.read(this.name, { after, epoch });
        // what is lost is given back at once, whatever else is read
        const reconciling = reading.then((page) => reconcile(this, page));
        const [isSame] = await Promise.all([reconciling, readValues(this)]);
        if (!isSame) this.#isStale = true;
        this.#isLost = false;
      } catch {
        this.#isStale = true;
        await this.host.retry();
      }
    }
    // in this very turn: whoever asks from now on begins another one
    this.#checking = undefined;
    this.#goOn();
  }
}

/** Settles when both have; what they resolved to is not kept, or it would be of all that ever came. */
async function inTurn(before: Promise<void>, next: Promise<void>): Promise<void> {
  await Promise.all([before, next]);
}
