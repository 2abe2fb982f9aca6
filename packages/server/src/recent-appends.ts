// What this process has appended lately. An engine that forgets its last moments may take with it what it had accepted and
// nobody had heard: whoever sent that finds it missing, and sends it again.
import type { Broker, LogHead } from './broker.js';
import type { Clock } from '@wirepact/core/internal';
import { eachOf } from './each-of.js';
import { nothingShared } from './shared-message.js';

/** An engine that is back has lost no more than that. Redis writes to disk every second, and less often when it is busy. */
const keptForMs = 10_000;
/** An answer that takes longer has waited for an engine that was away. */
export const promptMs = 100;
/** So much is remembered at most. */
const maxBytes = 1_048_576;
/** Reads of so many logs are under way at a time: a whole log may be read, and none is to wait for others of its own kind. */
const verifiedAtOnce = 4;

/** Logs in which something may be missing. */
export type DoubtfulLogs = ReadonlySet<string> | 'all';

interface Recent {
  readonly log: string;
  readonly head: LogHead;
  readonly body: string;
  readonly time: number;
}

/** What this process has appended lately. */
export class RecentAppends {
  readonly #broker: Broker;
  readonly #clock: Clock;
  #recent: Recent[] = [];
  /** The first of them that still counts; the array is cut only now and then. */
  #first = 0;
  readonly #knownAt = new Map<string, number>();
  /** What was missing when it was looked for. */
  readonly #missing = new WeakSet<Recent>();
  #bytes = 0;

  constructor(broker: Broker, clock: Clock) {
    this.#broker = broker;
    this.#clock = clock;
  }

  note(log: string, head: LogHead, body: string): void {
    this.#recent.push({ log, head, body, time: this.#clock.now() });
    this.#bytes += body.length;
    this.#knownAt.set(log, head.at);
    this.#trim();
  }

  /** The newest position of a log that one of these was given. */
  knownAt(log: string): number {
    return this.#knownAt.get(log) ?? 0;
  }

  /** Appends again what these logs do not hold any more. Resolves with those of them that must be looked at again. */
  async verify(logs: DoubtfulLogs): Promise<ReadonlySet<string>> {
    this.#trim();
    const byLog = new Map<string, Recent[]>();
    for (const recent of this.#recent.slice(this.#first)) {
      const ofLog = byLog.get(recent.log);
      if (ofLog !== undefined) ofLog.push(recent);
      else if (logs === 'all' || logs.has(recent.log)) byLog.set(recent.log, [recent]);
    }
    const left = new Set<string>();
    const verifyLog = async ([log, ofLog]: readonly [string, readonly Recent[]]): Promise<void> => {
      if (!(await this.#verifyLog(log, ofLog))) left.add(log);
    };
    await eachOf(byLog, verifyLog, verifiedAtOnce);
    return left;
  }

  async #verifyLog(log: string, recents: readonly Recent[]): Promise<boolean> {
    const [first] = recents;
    if (first === undefined) return true;
    const { epoch } = first.head;
    // they are noted as their answers come, which is not always their order in the log
    const at = Math.min(...recents.map(({ head }) => head.at));
    const askedAt = this.#clock.now();
    const page = await this.#broker.read(log, { after: at - 1, epoch }).catch(() => undefined);
    // the engine was away meanwhile: others may be about to give back what is missing in this
    if (page === undefined || this.#clock.now() - askedAt > promptMs) return false;
    const held = new Set(page.entries.map((entry) => entry.at));
    // what the only reader of an inbox has taken is given back as positions alone
    const taken = page.entries.filter(({ body }) => body === nothingShared);
    const isTaken = (at: number): boolean => taken.some((entry) => entry.after < at && at <= entry.at);
    // a log that was made anew is told of as a gap; what is older than the oldest that is kept was trimmed, not lost
    const lost = recents.filter(({ head }) => {
      return head.epoch === page.epoch && head.at > page.floor && !held.has(head.at) && !isTaken(head.at);
    });
    const isLost = new Set(lost.filter((recent) => this.#missing.has(recent)));
    for (const recent of lost) this.#missing.add(recent);
    // not looked for by others meanwhile, or it would be appended twice
    if (isLost.size > 0) this.#keep(this.#recent.slice(this.#first).filter((recent) => !isLost.has(recent)));
    const areTaken = await Promise.all(Array.from(isLost, (recent) => this.#again(recent)));
    // others may need a while longer to give it back: what is missing twice is lost
    return isLost.size === lost.length && !areTaken.includes(false);
  }

  async #again(recent: Recent): Promise<boolean> {
    const { log, body, head } = recent;
    try {
      const append = { log, body, epoch: head.epoch, knownAt: this.knownAt(log) };
      this.note(log, await this.#broker.append(append), body);
      return true;
    } catch {
      // it was accepted once: it is looked for again, and not forgotten before the engine takes it
      this.#recent.push(recent);
      this.#bytes += body.length;
      return false;
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
