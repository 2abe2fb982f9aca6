// The periodic work of a process in a cluster: reports that it is alive, checks the head of every log, and repairs what is
// wrong after the engine was away or has forgotten something.
import { SocketError } from '@wirepact/core';
import type { Broker } from './broker.js';
import { eachOf } from '../each-of.js';
import type { Hub } from '../hub.js';
import type { Session } from '../session/session.js';
import type { SharedLog } from './shared-log.js';
import type { SharedMembers } from './shared-members.js';
import { inboxLogOf, type SharedSender } from './shared-sender.js';
import type { SharedSessions } from './shared-sessions.js';
import type { Timers } from '../timers.js';

/** How often the head of every log is checked, and the log kept from being forgotten. */
export const touchMs = 30_000;
/** How often the other processes are told that this one is alive. */
const beatMs = 10_000;
/** How soon they are told that clients came or went. */
const countMs = 500;
/** How soon clients that came from another process are reported as members of their rooms, before they expire there. */
const keepMs = 500;
/** A connection does not lose single messages: one that was appended this long ago and has not arrived will not arrive. */
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
  /** Who came from other processes, by room. */
  #kept = new Map<string, Session[]>();
  /** The engine has forgotten something since it was last found out what. */
  #isLost = false;
  #isRecovering = false;
  /** Something was missed since it was last begun to catch up. */
  #hasMissed = false;
  #isCatchingUp = false;
  /** The engine could not be told what is still wanted, which was reported; it is not again before it could. */
  #isUntouched = false;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
  }

  begin(): void {
    this.#beat();
    void this.#sweep();
    void this.#touch();
  }

  /** The engine is back, and may have lost something. Settles when it is known of every log what became of it. */
  async returned(): Promise<void> {
    await this.#checkAll(false);
  }

  /** The engine is back and has kept everything: what was missed is read, and what could not be said is said. */
  catchUp(): void {
    this.#hasMissed = true;
    if (!this.#isCatchingUp) void this.#catchUp();
  }

  /** The engine has forgotten something. A log that nothing was known of may have been lost as well. */
  recover(): void {
    this.#isLost = true;
    // what is found to be missing on the way is reason for one more look, after this one
    if (!this.#isRecovering) this.#parts.timers.after('recover', 0, () => void this.#recover());
  }

  /** Something was appended that this process has not heard of yet. */
  checkSoon(shared: SharedLog): void {
    this.#behind.add(shared);
    this.#parts.timers.after('overdue', overdueMs, () => this.#checkOverdue());
  }

  /** A session that was in another process is in this one now, and in its rooms: said in one go for all of about the same time. */
  keepSoon(session: Session, room: string): void {
    const sessions = this.#kept.get(room) ?? [];
    this.#kept.set(room, sessions);
    sessions.push(session);
    this.#parts.timers.after('keep', keepMs, () => void this.#keep());
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
    // each is asked once: with that it counts from anew
    const overdue = behind.filter((shared) => {
      const isOverdue = shared.isOverdue();
      if (!isOverdue && shared.isBehind()) this.checkSoon(shared);
      return isOverdue;
    });
    void eachOf(overdue, (shared) => shared.check());
  }

  #beat(): void {
    const { sessions, timers } = this.#parts;
    this.sayCounts();
    sessions.endOverdue();
    timers.after('beat', beatMs, () => this.#beat());
  }

  /** A process that seems dead is to show that it lives before it is looked at again, so one look begins after the other ends. */
  async #sweep(): Promise<void> {
    const { hub, sessions, timers } = this.#parts;
    const swept = [sessions, hub.cluster?.clients];
    await eachWell(
      swept,
      async (part) => part?.sweep(),
      (error) => hub.report(error),
    );
    timers.after('sweep', beatMs, () => void this.#sweep());
  }

  /** Tells the engine of everything here that it is still wanted. Where that takes longer than it may, it goes on at once. */
  async #touch(): Promise<void> {
    const { hub, logs, members, timers } = this.#parts;
    const { clock } = hub.options;
    const startedAt = clock.now();
    let failures = 0;
    let cause: unknown;
    const failed = (error: unknown): void => {
      failures += 1;
      cause ??= error;
    };
    const touchSession = async ({ shared }: Session): Promise<void> => {
      if ((await shared?.commit()) === false && shared?.failure !== undefined) failed(shared.failure);
    };
    await eachWell(hub.roster.all(), touchSession, failed);
    await eachWell(logs.values(), (shared) => this.#touchLog(shared), failed);
    void members.refresh();
    if (failures > 0 && !this.#isUntouched && !timers.isOver) hub.report(untouched(failures, cause));
    this.#isUntouched = failures > 0;
    // a clock that was set back meanwhile makes nothing wait for longer
    const leftMs = Math.min(touchMs, startedAt + touchMs - clock.now());
    timers.after('touch', Math.max(0, leftMs), () => void this.#touch());
  }

  async #keep(): Promise<void> {
    const { hub, logs } = this.#parts;
    const kept = this.#kept;
    this.#kept = new Map();
    const keepIn = async ([room, sessions]: readonly [string, readonly Session[]]): Promise<void> => {
      const shared = logs.get(room);
      if (shared?.isOpening === true) for (const session of sessions) this.keepSoon(session, room);
      else if (shared !== undefined) await this.#touchLog(shared, sessions);
    };
    await eachWell(kept, keepIn, (error) => hub.report(error));
  }

  /** Of a room with those of its members that are given, or all that are here. */
  async #touchLog(shared: SharedLog, sessions?: readonly Session[]): Promise<void> {
    const { log, group, name } = shared;
    // where it stands here says nothing yet
    if (shared.isOpening) return;
    const [epoch, at] = log.head;
    // an inbox that nothing came into need not be there
    if (group.session !== undefined && at === 0) return;
    const { broker, hub } = this.#parts;
    const members = sessions ?? hub.rooms.find(name)?.members.keys() ?? [];
    const inRoom = new Map(Array.from(members, (one) => [one.id, one]));
    const { missing, ...head } = await broker.touch(name, epoch, [...inRoom.keys()]);
    for (const id of missing) {
      // it entered when that could not be said
      const session = inRoom.get(id);
      if (session !== undefined && isIn(session, name)) this.#parts.members.keep(session, name);
    }
    if (head.epoch !== epoch || head.at < at) this.recover();
    else if (head.at > log.at) await shared.check();
  }

  async #catchUp(): Promise<void> {
    const { hub, logs, members } = this.#parts;
    const failed = (error: unknown): void => hub.report(error);
    this.#isCatchingUp = true;
    while (this.#hasMissed) {
      this.#hasMissed = false;
      // whoever is taken for dead is not asked for the sessions that it has
      this.sayCounts();
      await eachWell(logs.values(), (shared) => shared.check(), failed);
      await eachWell(hub.roster.all(), (session) => this.#reassert(session), failed);
      void members.refresh();
    }
    this.#isCatchingUp = false;
  }

  /** One that was ended or claimed meanwhile, while this process heard nothing, is told so by that. */
  async #reassert(session: Session): Promise<void> {
    await session.shared?.commit();
    this.#keepMember(session);
  }

  async #recover(): Promise<void> {
    this.#isRecovering = true;
    this.#isLost = false;
    await this.#checkAll(true);
    this.#isRecovering = false;
    if (this.#isLost) this.recover();
  }

  /** Finds out what there is of everything, and puts it back or tells of it. */
  async #checkAll(isLost: boolean): Promise<void> {
    const { hub, logs, members, sender } = this.#parts;
    const failed = (error: unknown): void => hub.report(error);
    // whoever is taken for dead is not asked for the sessions that it has
    this.sayCounts();
    await Promise.all([
      eachWell(
        logs.values(),
        async (shared) => (shared.group.session === undefined ? shared.check(isLost) : undefined),
        failed,
      ),
      eachWell(hub.roster.all(), (session) => this.#checkSession(session, isLost), failed),
    ]);
    void members.refresh();
    sender.verifySoon();
  }

  /** The session first: one that was forgotten has its inbox renewed, and its client is not told twice. */
  async #checkSession(session: Session, isLost: boolean): Promise<void> {
    const { id, shared } = session;
    shared?.noteDoubt();
    await shared?.commit();
    await this.#parts.logs.get(inboxLogOf(id))?.check(isLost);
    this.#keepMember(session);
  }

  /** It is in its rooms, whatever the engine was told or has kept of that. */
  #keepMember(session: Session): void {
    for (const room of session.rooms) if (isIn(session, room)) this.#parts.members.keep(session, room);
  }
}

/** Whether a session is in a room. One that is gone, or with another process by now, still has the list of where it was. */
function isIn({ isHere, isLetGo, rooms }: Session, name: string): boolean {
  return isHere && !isLetGo && rooms.has(name);
}

/** Does it for each; what goes wrong with one is no matter of the others. */
function eachWell<TItem>(
  items: Iterable<TItem>,
  run: (item: TItem) => Promise<void>,
  failed: (error: unknown) => void,
): Promise<void> {
  return eachOf(items, (item) => run(item).catch(failed));
}

/** What is told of what the engine could not be told. */
function untouched(count: number, cause: unknown): SocketError {
  const why = cause instanceof Error ? cause.message.replace(/^\[\w+\] /, '') : String(cause);
  const text =
    count === 1
      ? '1 session or log could not be renewed, and expires if that continues'
      : `${count} sessions and logs could not be renewed, and expire if that continues`;
  return new SocketError('not_accepted', `[not_accepted] ${text}: ${why}`, { cause });
}
