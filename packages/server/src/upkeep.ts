// What a process does for its share of a cluster as time goes by: it says that it lives, checks where every log stands, and puts
// things right once the engine was away or has forgotten something.
import type { Broker } from './broker.js';
import type { Hub } from './hub.js';
import type { Session } from './session.js';
import type { SharedLog } from './shared-log.js';
import type { SharedMembers } from './shared-members.js';
import { inboxLogOf, type SharedSender } from './shared-sender.js';
import type { SharedSessions } from './shared-sessions.js';
import type { Timers } from './timers.js';

/** So often it is checked where every log stands, and the engine is told that it is still wanted. */
export const touchMs = 30_000;
/** So often the others are told that this process lives. */
const beatMs = 10_000;
/** So soon they are told that clients came or went. */
const countMs = 500;
/** A line on which messages come does not lose single ones: what was appended so long ago and has not come will not. */
const overdueMs = 100;

/** The parts of a process's share of a cluster. */
export interface UpkeepParts {
  readonly broker: Broker;
  readonly hub: Hub;
  readonly timers: Timers;
  readonly sender: SharedSender;
  readonly sessions: SharedSessions;
  readonly members: SharedMembers;
  readonly logs: ReadonlyMap<string, SharedLog>;
}

/** Looks after a process's share of a cluster. */
export class Upkeep {
  readonly #parts: UpkeepParts;
  /** Logs of which something was appended that this process had not heard of when it was. */
  readonly #behind = new Set<SharedLog>();

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
  }

  begin(): void {
    this.#beat();
    this.#touch();
  }

  /** The engine is back. Settles when it is known of every log what became of it. */
  async returned(): Promise<void> {
    await this.#checkAll(false);
  }

  /** The engine has forgotten something. A log that nothing was known of may have been lost as well. */
  recover(): void {
    this.#parts.timers.after('recover', 0, () => void this.#checkAll(true));
  }

  /** Something was appended that this process has not heard of yet. */
  checkSoon(shared: SharedLog): void {
    this.#behind.add(shared);
    this.#parts.timers.after('overdue', overdueMs, () => this.#checkOverdue());
  }

  /** Clients came or went: the others are to know soon. */
  countSoon(): void {
    this.#parts.timers.after('count', countMs, () => this.sayCounts());
  }

  sayCounts(): void {
    const { broker, hub } = this.#parts;
    broker.beat(hub.roster.countClients, hub.roster.userIds());
  }

  /** What is only on its way is looked at again: while much is sent there is always something, and it cost 40 reads a second. */
  #checkOverdue(): void {
    const behind = [...this.#behind];
    this.#behind.clear();
    for (const shared of behind) {
      if (shared.isOverdue()) void shared.check();
      else if (shared.isBehind()) this.checkSoon(shared);
    }
  }

  #beat(): void {
    const { sessions, timers } = this.#parts;
    this.sayCounts();
    void sessions.sweep();
    timers.after('beat', beatMs, () => this.#beat());
  }

  #touch(): void {
    const { hub, logs, members, timers } = this.#parts;
    for (const shared of logs.values()) void this.#touchLog(shared);
    for (const { shared } of hub.roster.all()) void shared?.commit();
    members.refresh();
    timers.after('touch', touchMs, () => this.#touch());
  }

  async #touchLog(shared: SharedLog): Promise<void> {
    const { log, group, name } = shared;
    const [epoch, at] = log.head;
    // an inbox that nothing came into need not be there
    if (group.session !== undefined && at === 0) return;
    try {
      const memberIds = Array.from(group.sessions(), ({ id }) => id);
      const head = await this.#parts.broker.touch(name, epoch, memberIds);
      if (head.epoch !== epoch || head.at < at) this.recover();
      else if (head.at > log.at) await shared.check();
    } catch {
      // whoever is back is checked anyway
    }
  }

  /** Finds out what there is of everything, and puts it back or tells of it. */
  async #checkAll(isLost: boolean): Promise<void> {
    const { hub, logs, members, sender } = this.#parts;
    // whoever is taken for dead is not asked for the sessions that it has
    this.sayCounts();
    const sessions = [...hub.roster.all()];
    await Promise.all([
      ...Array.from(logs.values(), (shared) => {
        return shared.group.session === undefined ? shared.check(isLost) : undefined;
      }),
      ...sessions.map((session) => this.#checkSession(session, isLost)),
    ]);
    for (const session of sessions) for (const room of session.rooms) members.keep(session, room);
    members.refresh();
    sender.verifySoon();
  }

  /** The session first: one that was forgotten has its inbox renewed, and its client is not told twice. */
  async #checkSession({ id, shared }: Session, isLost: boolean): Promise<void> {
    shared?.noteDoubt();
    await shared?.commit();
    await this.#parts.logs.get(inboxLogOf(id))?.check(isLost);
  }
}
