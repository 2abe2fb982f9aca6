// What this process shares with others over a broker: connects the engine's logs with this process's rooms, everyone and
// inboxes.
import type { Broker, BrokerListener, ClusterCounts, LatestValue, SharedEntry } from './broker.js';
import { pathData } from '@wirepact/core/internal';
import type { Hub } from '../hub.js';
import { joinEngine } from './join-engine.js';
import { everyoneName, inboxName, type Log, type PlacedMessage } from '../delivery/log.js';
import { createEpoch, type Logs } from '../delivery/logs.js';
import { hearNotice } from './notices.js';
import type { ResolvedOptions } from '../resolve-options.js';
import { createMessage, type OutgoingMessage } from '../delivery/outgoing-message.js';
import { deliverValue, type Value } from '../delivery/publish.js';
import { readProcessMessage, type ProcessMessage } from './process-messages.js';
import { RemoteClients } from './remote-clients.js';
import type { Group } from '../rooms/rooms.js';
import { createSecret } from '../secrets.js';
import type { Session } from '../session/session.js';
import { SharedEnds } from './shared-ends.js';
import { SharedMembers } from './shared-members.js';
import { SharedSessions } from './shared-sessions.js';
import type { SharedLogHost } from './mirror.js';
import { SharedLog } from './shared-log.js';
import { decodeShared } from './shared-message.js';
import { inboxLogOf, SharedSender } from './shared-sender.js';
import { Timers } from '../timers.js';
import { touchMs, Upkeep } from './upkeep.js';
import { Waiters } from '../waiters.js';

/** After a failure it is tried again then, unless the engine says earlier that it is back. */
const retryMs = 1_000;

/** What this process shares with others. */
export class Cluster implements BrokerListener, SharedLogHost {
  readonly broker: Broker;
  /** Unguessable: whoever knows it can speak to this process. */
  readonly processId: string = createSecret();
  /** How sessions end in all of them. */
  readonly ends: SharedEnds;
  readonly #options: ResolvedOptions;
  readonly #logs: Logs;
  readonly #shared = new Map<string, SharedLog>();
  readonly #sender: SharedSender;
  readonly #retrying = new Waiters();
  readonly #timers: Timers;
  #hub: Hub | undefined;
  #sessions: SharedSessions | undefined;
  #members: SharedMembers | undefined;
  #clients: RemoteClients | undefined;
  #upkeep: Upkeep | undefined;
  #isReady = false;
  #isClosed = false;

  constructor(broker: Broker, options: ResolvedOptions, logs: Logs) {
    this.broker = broker;
    this.#options = options;
    this.#logs = logs;
    this.#timers = new Timers(options.clock);
    const report = (error: unknown): void => this.failed(error);
    this.#sender = new SharedSender(broker, options.clock, this.#timers, report);
    this.ends = new SharedEnds(broker, options.clock, this.#timers, report);
  }

  /** Whether clients can be let in: what everyone is sent is known to this process. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Sessions that other processes may go on with. @throws TypeError before {@link start} */
  get sessions(): SharedSessions {
    return started(this.#sessions);
  }

  /** Who is in the rooms of this process. @throws TypeError before {@link start} */
  get members(): SharedMembers {
    return started(this.#members);
  }

  /** Clients that are with other processes. @throws TypeError before {@link start} */
  get clients(): RemoteClients {
    return started(this.#clients);
  }

  /** Joins the others. Whatever stands in the way is reported, and tried again. */
  start(hub: Hub): void {
    this.#hub = hub;
    this.#sessions = new SharedSessions(this.broker, this.processId, hub);
    this.#members = new SharedMembers(this.broker, this.processId, hub, this.#timers);
    this.#clients = new RemoteClients(this, hub);
    this.#upkeep = new Upkeep({
      ...{ broker: this.broker, hub, timers: this.#timers, sender: this.#sender },
      ...{ sessions: this.sessions, members: this.members, logs: this.#shared },
    });
    const { logs, session } = this.#options;
    const settings = {
      processId: this.processId,
      maxLogBytes: logs.maxBytes,
      maxLogAgeMs: logs.maxAgeMs,
      // one round may be late, or come to nothing
      sessionMs: Math.max(session.resumeForMs, touchMs) + touchMs,
    };
    joinEngine({
      ...{ broker: this.broker, listener: this, settings, clock: this.#options.clock, timers: this.#timers },
      joined: () => this.#begin(),
      failed: (error) => hub.report(error),
    });
  }

  /** Makes the log of a group, which is that of the same name in every process. */
  openLog = (group: Group): Log => {
    const { session } = group;
    const name = session === undefined ? group.name : inboxLogOf(session.id);
    // a client knows the epoch of its inbox by its session
    const epoch = session?.id ?? createEpoch();
    const shared = new SharedLog(this, name, group, (source) => {
      return this.#logs.create(group.name, epoch, source);
    });
    this.#shared.set(name, shared);
    if (session !== undefined && session.shared?.isRestored !== true) shared.openNew();
    else if (this.#isReady) void shared.open();
    return shared.log;
  };

  /** Sends to a room, to everyone, or to an inbox. Resolves once that is accepted. */
  async publish(log: string, message: OutgoingMessage, exceptId?: string): Promise<void> {
    const shared = this.#shared.get(log);
    await this.#sender.publish(log, message, exceptId, shared && ((body) => shared.append(body)));
    if (shared?.isBehind() === true) this.#upkeep?.checkSoon(shared);
  }

  /** Sends to every client of a user, wherever it is. Resolves once that is accepted for each of them. */
  publishToUser(userId: string, message: OutgoingMessage): Promise<void> {
    return this.#sender.publishToUser(userId, message);
  }

  /** Says something to another process. */
  tell(processId: string, message: ProcessMessage): void {
    void this.broker.tell(processId, JSON.stringify(message));
  }

  /** How many there are in all processes: here now, elsewhere lately. */
  countAll(): Promise<ClusterCounts> {
    this.#upkeep?.sayCounts();
    return this.broker.counts();
  }

  /** A session that was in another process is in this one now, and in this room. */
  keepSoon(session: Session, room: string): void {
    this.#upkeep?.keepSoon(session, room);
  }

  /** Clients came or went. */
  countSoon(): void {
    this.#upkeep?.countSoon();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timers.end();
    this.#sender.release();
    this.#retrying.wakeAll();
    this.clients.end();
    this.#sessions?.close();
    for (const shared of this.#shared.values()) shared.close();
    await this.broker.close();
  }

  // what the engine tells

  appended(log: string, epoch: string, entry: SharedEntry): void {
    this.#shared.get(log)?.appended(epoch, entry);
  }

  emitted(log: string, body: string, slot?: string, time?: number): void {
    const group = this.#shared.get(log)?.group;
    const hub = this.#hub;
    if (group === undefined || hub === undefined) return;
    if (body.startsWith('{')) return hearNotice(hub, body);
    const delivery = slot === undefined ? 'volatile' : 'latest';
    const value = decodeShared(hub.dialect, body, roomOf(group), delivery);
    if (value === undefined) this.failed(unreadable(log));
    else deliverValue(hub, group, value, time);
  }

  renewed(log: string): void {
    void this.#shared.get(log)?.check();
  }

  told(text: string): void {
    const message = readProcessMessage(text);
    if (message === undefined) return this.failed(notUnderstood());
    this.sessions.told(message);
    this.clients.told(message);
  }

  async returned(mayHaveLost: boolean): Promise<void> {
    this.#retrying.wakeAll();
    this.ends.returned();
    this.sessions.noteReturn();
    // what is lost could only be given back before anything is appended behind it; what was missed can be read at any time
    if (!mayHaveLost) return this.#upkeep?.catchUp();
    this.#sender.hold();
    await this.#upkeep?.returned();
  }

  /** Resolves once others need no more time to put down again what an engine that is back has lost; with whether they did. */
  waitForOthers(): Promise<boolean> {
    return this.#sender.waitForOthers();
  }

  /** What comes of this log waits until it was found out, with {@link recover}, what is lost of it. */
  hold(name: string): void {
    this.#shared.get(name)?.hold();
  }

  /** The engine has forgotten something, and with it what it had not yet told of a log. */
  async recover(name: string): Promise<void> {
    this.#upkeep?.recover();
    await this.#shared.get(name)?.renew();
  }

  failed(error: unknown): void {
    this.#hub?.report(error);
  }

  // what a shared log asks

  decode({ at, after, time, body }: SharedEntry, group: Group): PlacedMessage {
    const hub = this.#hub;
    const shared = hub && decodeShared(hub.dialect, body, roomOf(group), 'reliable');
    if (shared !== undefined) return { at, after, time, ...shared };
    this.failed(unreadable(group.name));
    // it has its position all the same, or everything after it would be missing too
    const nothing = {
      path: '',
      json: undefined,
      room: roomOf(group),
      delivery: 'reliable',
      slot: '',
    } as const;
    return { at, after, time, message: createMessage(pathData, nothing), exceptId: everyoneName };
  }

  decodeValue({ body }: LatestValue, group: Group): Value | undefined {
    return this.#hub && decodeShared(this.#hub.dialect, body, roomOf(group), 'latest');
  }

  async retry(): Promise<void> {
    this.#timers.after('retry', retryMs, () => this.#retrying.wakeAll());
    await this.#retrying.wait();
  }

  forget(shared: SharedLog): void {
    if (this.#shared.get(shared.name) === shared) this.#shared.delete(shared.name);
    this.broker.unfollow(shared.name);
  }

  async #begin(): Promise<void> {
    if (this.#isClosed) return;
    const opening = Promise.all(Array.from(this.#shared.values(), (shared) => shared.open()));
    this.#upkeep?.begin();
    await opening;
    this.#isReady = !this.#isClosed;
  }
}

/** The room that messages of a group name; of everyone and of an inbox it is none. */
function roomOf({ name }: Group): string | undefined {
  return name === everyoneName || name === inboxName ? undefined : name;
}

function started<T>(part: T | undefined): T {
  if (part === undefined) throw new TypeError('this process has not joined the others');
  return part;
}

function notUnderstood(): Error {
  return new TypeError('a message from another process is ignored: it was not sent by Wirepact');
}

function unreadable(log: string): Error {
  return new TypeError(`a message in the log "${log}" is ignored: it was not sent by Wirepact`);
}
