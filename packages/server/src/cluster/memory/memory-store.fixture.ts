// What the engine in memory keeps, and what each command does to it. Every command runs at once and as a whole.
import type { Append, BrokerListener, BrokerSettings, ClusterCounts } from '../broker.js';
import type { LatestValue, LogHead, LogPage, SharedEntry, SharedMember, TouchedLog } from '../broker.js';
import { MemoryLog, type AppendIds } from './memory-log.fixture.js';
import { MemorySessions, type Putting } from './memory-sessions.fixture.js';

/** How long a process that says nothing counts, and how long a member stays that nobody touches, in ms. */
const processMs = 30_000;
const memberMs = 60_000;

/** Tells whoever follows a log. */
export type Publish = (log: string, say: (listener: BrokerListener) => void) => void;

interface KeptMember {
  readonly member: SharedMember;
  expiresAt: number;
}

interface Beat {
  readonly clients: number;
  readonly userIds: ReadonlySet<string>;
  readonly expiresAt: number;
}

export class MemoryStore {
  readonly sessions: MemorySessions = new MemorySessions();
  readonly #logs = new Map<string, MemoryLog>();
  /** Not forgotten with the logs. */
  readonly #ids = new Map<string, AppendIds>();
  readonly #latest = new Map<string, Map<string, LatestValue>>();
  readonly #rooms = new Map<string, Map<string, KeptMember>>();
  readonly #beats = new Map<string, Beat>();
  readonly #now: () => number;
  readonly #publish: Publish;
  #losses = 0;

  constructor(now: () => number, publish: Publish) {
    this.#now = now;
    this.#publish = publish;
  }

  append(id: string, message: Append, settings: BrokerSettings): LogHead {
    const log = this.#logOf(message.log, message.epoch, settings);
    const { head, entry } = log.append(id, message, this.#now());
    log.trim(settings, this.#now());
    if (entry !== undefined) this.#appended(message.log, log.epoch, entry);
    return head;
  }

  read(
    name: string,
    range: { readonly after: number; readonly limit?: number; readonly epoch: string },
    settings: BrokerSettings,
  ): LogPage {
    const log = this.#logOf(name, range.epoch, settings);
    log.trim(settings, this.#now());
    return log.page(range.after, range.limit ?? Infinity);
  }

  restore(name: string, head: LogHead, entries: readonly SharedEntry[], settings: BrokerSettings): LogHead {
    const log = this.#logOf(name, head.epoch, settings);
    for (const entry of log.restore(head, entries)) this.#appended(name, log.epoch, entry);
    log.trim(settings, this.#now());
    return log.head;
  }

  renew(name: string, epoch: string, nextEpoch: string, settings: BrokerSettings): LogHead {
    const log = this.#logOf(name, epoch, settings);
    if (log.epoch === epoch) {
      log.epoch = nextEpoch;
      this.#publish(name, (listener) => listener.renewed(name));
    }
    return log.head;
  }

  touch(name: string, epoch: string, memberIds: readonly string[], settings: BrokerSettings): TouchedLog {
    const missing = memberIds.filter((id) => {
      const kept = this.#rooms.get(name)?.get(id);
      if (kept === undefined || kept.expiresAt <= this.#now()) return true;
      kept.expiresAt = this.#now() + memberMs;
      return false;
    });
    return { ...this.#logOf(name, epoch, settings).head, missing };
  }

  drop(name: string): void {
    this.#logs.delete(name);
    this.#latest.delete(name);
  }

  /** How often something was forgotten. */
  get losses(): number {
    return this.#losses;
  }

  loseTail(name: string, count: number): void {
    this.#losses += 1;
    this.#logs.get(name)?.loseTail(count);
  }

  emit(log: string, body: string, slot?: string, time?: number): void {
    this.#publish(log, (listener) => listener.emitted(log, body, slot, time));
  }

  keepLatest(log: string, slot: string, body: string): void {
    const values = this.#latest.get(log) ?? new Map<string, LatestValue>();
    this.#latest.set(log, values);
    values.delete(slot);
    const time = this.#now();
    values.set(slot, { body, time });
    this.emit(log, body, slot, time);
  }

  latest(log: string): LatestValue[] {
    return [...(this.#latest.get(log)?.values() ?? [])];
  }

  enter(room: string, member: SharedMember): void {
    const members = this.#rooms.get(room) ?? new Map<string, KeptMember>();
    this.#rooms.set(room, members);
    members.set(member.id, { member, expiresAt: this.#now() + memberMs });
  }

  leave(room: string, id: string): void {
    this.#rooms.get(room)?.delete(id);
  }

  members(room: string): SharedMember[] {
    const kept = [...(this.#rooms.get(room)?.values() ?? [])];
    return kept.filter(({ expiresAt }) => expiresAt > this.#now()).map(({ member }) => member);
  }

  beat(processId: string, clients: number, userIds: ReadonlySet<string>): void {
    this.#beats.set(processId, { clients, userIds, expiresAt: this.#now() + processMs });
  }

  endProcess(processId: string): void {
    this.#beats.delete(processId);
  }

  isAlive(processId: string): boolean {
    return (this.#beats.get(processId)?.expiresAt ?? 0) > this.#now();
  }

  counts(): ClusterCounts {
    const beats = [...this.#beats.values()].filter(({ expiresAt }) => expiresAt > this.#now());
    const users = new Set(beats.flatMap(({ userIds }) => [...userIds]));
    const clients = beats.reduce((sum, beat) => sum + beat.clients, 0);
    return { clients, users: users.size, processes: beats.length };
  }

  /** Who puts something down about a session. */
  putting({ processId, sessionMs }: BrokerSettings): Putting {
    return { processId, sessionMs, now: this.#now() };
  }

  /** Forgets everything. */
  clear(): void {
    this.#losses += 1;
    for (const kept of [this.#logs, this.#latest, this.#rooms, this.#beats]) kept.clear();
    this.sessions.clear();
  }

  #appended(name: string, epoch: string, entry: SharedEntry): void {
    this.#publish(name, (listener) => listener.appended(name, epoch, entry));
  }

  /** A log that nobody asked for in all the time for which messages are kept, and a minute more, is forgotten. */
  #logOf(name: string, epoch: string, { maxLogAgeMs }: BrokerSettings): MemoryLog {
    const now = this.#now();
    let log = this.#logs.get(name);
    if (log === undefined || log.usedAt + maxLogAgeMs + memberMs < now) {
      const ids = this.#ids.get(name) ?? new Map<number, string>();
      this.#ids.set(name, ids);
      log = new MemoryLog(epoch, ids);
      this.#logs.set(name, log);
    }
    log.usedAt = Math.max(log.usedAt, now);
    return log;
  }
}
