// What this process has appended recently. An engine that loses its last moments may lose what it had accepted and nobody had
// heard; the sender then finds it missing and sends it again.
import type { Broker, LogHead, LogPage } from './broker.js';
import type { Clock } from '@wirepact/core/internal';
import { eachOf } from '../each-of.js';
import { createEpoch } from '../delivery/logs.js';
import { nothingShared } from './shared-message.js';

/** An engine that is back has lost no more than that. Redis writes to disk every second, and less often when it is busy. */
const keptForMs = 10_000;
/** An answer that takes so long may have waited for an engine that was away, although nobody has heard that it was. */
const slowMs = 1_000;
/** How long something must be missing before it counts as lost, if the log may just have been created anew. */
const unsureMs = 2_000;
/** How many bytes are remembered at most. */
const maxBytes = 1_048_576;
/** Reads of so many logs are under way at a time: a whole log may be read, and none is to wait for others of its own kind. */
const verifiedAtOnce = 16;

/** Logs in which something may be missing. */
export type DoubtfulLogs = ReadonlySet<string> | 'all';

interface Recent {
  /** Which of all it is, counted as their answers came. */
  readonly number: number;
  readonly log: string;
  /** Where it was, in the epoch that the log has now, as far as that is known. */
  head: LogHead;
  readonly body: string;
  readonly time: number;
}

interface Look {
  /** How many there were when the engine came back. */
  readonly before: number;
  /** Whether it was away since. */
  readonly wasAway: () => boolean;
}

interface Found {
  readonly askedAt: number;
  readonly page: LogPage;
  readonly isHeld: (recent: Recent) => boolean;
}

/** What this process has appended lately. */
export class RecentAppends {
  readonly #broker: Broker;
  readonly #clock: Clock;
  #count = 0;
  #recent: Recent[] = [];
  /** The first of them that still counts; the array is cut only now and then. */
  #first = 0;
  readonly #knownAt = new Map<string, number>();
  /** How much of each log is on its way. */
  readonly #underWay = new Map<string, number>();
  /** How many there were when the engine came back, as long as nobody has looked since. */
  #before: number | undefined;
  /** Those of which anything may be missing, not only the last ones. */
  readonly #doubted = new WeakSet<Recent>();
  /** What was missing when it was looked for, and since when. */
  readonly #missing = new WeakMap<Recent, number>();
  #bytes = 0;

  constructor(broker: Broker, clock: Clock) {
    this.#broker = broker;
    this.#clock = clock;
  }

  /** Follows one until it has its position. */
  async track(log: string, body: string, appending: Promise<LogHead>): Promise<void> {
    this.#underWay.set(log, (this.#underWay.get(log) ?? 0) + 1);
    try {
      this.note(log, await appending, body);
    } finally {
      const left = (this.#underWay.get(log) ?? 1) - 1;
      if (left > 0) this.#underWay.set(log, left);
      else this.#underWay.delete(log);
    }
  }

  note(log: string, head: LogHead, body: string): void {
    this.#count += 1;
    this.#recent.push({ number: this.#count, log, head, body, time: this.#clock.now() });
    this.#bytes += body.length;
    this.#knownAt.set(log, head.at);
    this.#trim();
  }

  /** The newest position of a log that one of these was given. */
  knownAt(log: string): number {
    return this.#knownAt.get(log) ?? 0;
  }

  /** The engine is back: of what was appended so far the last ones may be missing. */
  noteReturn(): void {
    // what was appended since the return before may be missing as well
    if (this.#before !== undefined) this.#doubtAll();
    this.#before ??= this.#count;
  }

  /**
   * Appends again what these logs do not hold any more, once others had time to give back what they hold; `wasAway` is whether
   * the engine was since. Resolves with those of them that must be looked at again.
   */
  async verify(logs: DoubtfulLogs, wasAway: () => boolean): Promise<ReadonlySet<string>> {
    this.#trim();
    const byLog = new Map<string, Recent[]>();
    for (const recent of this.#recent.slice(this.#first)) {
      const ofLog = byLog.get(recent.log);
      if (ofLog !== undefined) ofLog.push(recent);
      else if (logs === 'all' || logs.has(recent.log)) byLog.set(recent.log, [recent]);
    }
    const before = this.#before ?? 0;
    if (logs === 'all') {
      // nobody knows since when something is missing
      if (this.#before === undefined) this.#doubtAll();
      this.#before = undefined;
    }
    const left = new Set<string>();
    const verifyLog = async ([log, ofLog]: readonly [string, readonly Recent[]]): Promise<void> => {
      const isWell = await this.#verifyLog(log, ofLog, { before, wasAway });
      if (!isWell) left.add(log);
      for (const recent of ofLog) {
        if (isWell) this.#doubted.delete(recent);
        else this.#doubted.add(recent);
      }
    };
    await eachOf(byLog, verifyLog, verifiedAtOnce);
    return left;
  }

  #doubtAll(): void {
    for (const recent of this.#recent) this.#doubted.add(recent);
  }

  async #verifyLog(log: string, recents: readonly Recent[], { before, wasAway }: Look): Promise<boolean> {
    if (recents.some((recent) => this.#doubted.has(recent))) return this.#mend(log, recents, wasAway);
    // an engine loses its last moments: where it holds the last of what it had taken by then, it holds the others
    const taken = recents.filter(({ number }) => number <= before);
    if (taken.length === 0) return true;
    const last = taken.reduce((one, other) => (one.head.at > other.head.at ? one : other));
    const found = await this.#read(log, last.head.at, wasAway);
    if (found === undefined) return false;
    const isTrimmed = last.head.at <= found.page.floor;
    return isTrimmed || found.isHeld(last) || this.#mend(log, recents, wasAway);
  }

  /** Looks for all of these, and appends again what is lost. */
  async #mend(log: string, recents: readonly Recent[], wasAway: () => boolean): Promise<boolean> {
    // they are noted as their answers come, which is not always their order in the log
    const from = Math.min(...recents.map(({ head }) => head.at));
    const found = await this.#read(log, from, wasAway);
    if (found === undefined) return false;
    const { askedAt, page, isHeld } = found;
    // a log that was made anew is told of as a gap; what is older than the oldest that is kept was trimmed, not lost
    const ours = recents.filter(({ head }) => head.epoch === page.epoch && head.at > page.floor);
    const oldestHeld = Math.min(...ours.filter(isHeld).map(({ head }) => head.at));
    const missing = ours.filter((recent) => !isHeld(recent));
    const lost = missing.filter((recent) => {
      const since = this.#missing.get(recent) ?? askedAt;
      this.#missing.set(recent, since);
      // a log that holds nothing older may have been made anew under its old epoch, of which its readers are told soon
      return recent.head.at > oldestHeld || askedAt - since >= unsureMs;
    });
    lost.sort((one, other) => one.head.at - other.head.at);
    const isGivenBack = await this.#giveBack(log, page, lost);
    return lost.length === missing.length && isGivenBack;
  }

  /** What a log holds from a position on; `undefined` where that is not to be relied on. */
  async #read(log: string, from: number, wasAway: () => boolean): Promise<Found | undefined> {
    const askedAt = this.#clock.now();
    // a log that is not there is not to be taken for the one that was
    const range = { after: from - 1, epoch: createEpoch() };
    const page = await this.#broker.read(log, range).catch(() => undefined);
    // the engine was away meanwhile: others may be about to give back what is missing in this
    if (page === undefined || wasAway() || this.#clock.now() - askedAt > slowMs) return undefined;
    // an engine whose clock went back may have given the position to another one
    const bodies = new Map(page.entries.map(({ at, body }) => [at, body]));
    // what the only reader of an inbox has taken is given back as positions alone
    const taken = page.entries.filter(({ body }) => body === nothingShared);
    const isHeld = ({ head: { at }, body }: Recent): boolean =>
      bodies.get(at) === body || taken.some((entry) => entry.after < at && at <= entry.at);
    return { askedAt, page, isHeld };
  }

  /**
   * What is lost comes again: in its old place where nobody has written on, as whoever holds it would give it back; otherwise
   * behind the rest, of which whoever reads it is told.
   */
  async #giveBack(log: string, page: LogHead, lost: readonly Recent[]): Promise<boolean> {
    const [first] = lost;
    const last = lost.at(-1);
    if (first === undefined || last === undefined) return true;
    const isLast = last.head.at === this.knownAt(log) && !this.#underWay.has(log);
    try {
      if (isLast && page.at < first.head.at) {
        const { epoch, at } = page;
        const entries = lost.map(({ head, body, time }, index) => {
          return { at: head.at, after: lost[index - 1]?.head.at ?? at, time: Math.floor(time), body };
        });
        const head = await this.#broker.restore(log, { epoch, at }, entries);
        return head.epoch === epoch && head.at === last.head.at;
      }
      const { epoch } = await this.#broker.renew(log, page.epoch, createEpoch());
      this.#noteRenewed(log, page.epoch, epoch);
    } catch {
      return false;
    }
    // not looked for any more, or it would be appended twice
    const isLost = new Set(lost);
    this.#keep(this.#recent.slice(this.#first).filter((recent) => !isLost.has(recent)));
    const areTaken = await Promise.all(lost.map((recent) => this.#appendAgain(recent)));
    return !areTaken.includes(false);
  }

  async #appendAgain(recent: Recent): Promise<boolean> {
    const { log, body, head } = recent;
    try {
      const append = { log, body, epoch: head.epoch, knownAt: this.knownAt(log) };
      this.note(log, await this.#broker.append(append), body);
      return true;
    } catch {
      // it was accepted once: it is looked for again, as long as what was accepted with it
      this.#recent.push(recent);
      this.#bytes += body.length;
      return false;
    }
  }

  /** What was appended in the epoch before counts in this one. */
  #noteRenewed(log: string, before: string, epoch: string): void {
    for (const recent of this.#recent) {
      const { head } = recent;
      if (recent.log === log && head.epoch === before) recent.head = { epoch, at: head.at };
    }
  }

  #keep(kept: Recent[]): void {
    this.#recent = kept;
    this.#first = 0;
    this.#bytes = kept.reduce((sum, { body }) => sum + body.length, 0);
  }

  #trim(): void {
    // what is lost was accepted shortly before the newest that was, however long the engine is away after that
    const oldest = (this.#recent.at(-1)?.time ?? 0) - keptForMs;
    for (;;) {
      const recent = this.#recent[this.#first];
      if (recent === undefined || (recent.time >= oldest && this.#bytes <= maxBytes)) break;
      this.#first += 1;
      this.#bytes -= recent.body.length;
      if (this.#knownAt.get(recent.log) === recent.head.at) this.#knownAt.delete(recent.log);
    }
    // each time would cost as much as is kept
    if (this.#first * 2 > this.#recent.length) this.#keep(this.#recent.slice(this.#first));
  }
}
