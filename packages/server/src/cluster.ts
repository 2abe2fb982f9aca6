// What this process shares with others over a broker: where the engine's side of rooms, everyone and inboxes meets this one's.
import type { Broker, BrokerListener, LatestValue, SharedEntry } from './broker.js';
import { pathData } from '@wirepact/core/internal';
import type { Hub } from './hub.js';
import { everyoneName, inboxName, type Log, type PlacedMessage } from './log.js';
import { createEpoch, type Logs } from './logs.js';
import { hearNotice, type Notice } from './notices.js';
import type { ResolvedOptions } from './options.js';
import { createMessage, type OutgoingMessage } from './outgoing-message.js';
import { deliverValue } from './publish.js';
import { RemoteClients } from './remote-clients.js';
import type { Group } from './rooms.js';
import { createSecret } from './secrets.js';
import { SharedMembers } from './shared-members.js';
import { SharedSessions } from './shared-sessions.js';
import { SharedLog, type SharedLogHost } from './shared-log.js';
import { decodeShared, isJson } from './shared-message.js';
import { inboxLogOf, SharedSender } from './shared-sender.js';
import { Timers } from './timers.js';
import { Waiters } from './waiters.js';

/** So often it is checked where every log stands, and the engine is told that it is still wanted. */
const touchMs = 30_000;
/** So often the others are told that this process lives. */
const beatMs = 10_000;
/** After a failure it is tried again then, unless the engine says earlier that it is back. */
const retryMs = 1_000;
/** So long after the engine is back it is looked for what it may have lost. */
const verifyMs = 1_000;
/** A line on which messages come does not lose single ones: what was appended so long ago and has not come will not. */
const overdueMs = 100;

/** What this process shares with others. */
export class Cluster implements BrokerListener, SharedLogHost {
  readonly broker: Broker;
  /** Unguessable: whoever knows it can speak to this process. */
  readonly processId: string = createSecret();
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
  #isReady = false;
  #isClosed = false;

  constructor(broker: Broker, options: ResolvedOptions, logs: Logs) {
    this.broker = broker;
    this.#options = options;
    this.#logs = logs;
    this.#timers = new Timers(options.clock);
    this.#sender = new SharedSender(broker, options.clock);
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
    this.#members = new SharedMembers(this.broker, hub);
    this.#clients = new RemoteClients(this, hub);
    const { logs, session } = this.#options;
    const settings = {
      processId: this.processId,
      maxLogBytes: logs.maxBytes,
      maxLogAgeMs: logs.maxAgeMs,
      sessionMs: session.resumeForMs + touchMs,
    };
    void this.broker.join(this, settings).then(
      () => this.#begin(),
      (error: unknown) => hub.report(error),
    );
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
    if (session?.shared?.generation === 0) shared.openNew();
    else if (this.#isReady) void shared.open();
    return shared.log;
  };

  /** Sends to a room, to everyone, or to an inbox. Resolves once that is accepted. */
  async publish(log: string, message: OutgoingMessage, exceptId?: string): Promise<void> {
    const shared = this.#shared.get(log);
    await this.#sender.publish(log, message, exceptId, shared && ((body) => shared.append(body)));
    if (shared?.isBehind() === true) this.#timers.after('overdue', overdueMs, () => this.#checkOverdue());
  }

  /** Sends to every client of a user, wherever it is. Resolves once that is accepted for each of them. */
  publishToUser(userId: string, message: OutgoingMessage): Promise<void> {
    return this.#sender.publishToUser(userId, message);
  }

  /** Says something to another process. */
  tell(processId: string, message: object): void {
    this.broker.tell(processId, JSON.stringify(message));
  }

  /** Closes the clients of a user in every process, and lets none of them resume. */
  async disconnectUser(userId: string, reason: string, code: number): Promise<void> {
    this.notify(everyoneName, { kind: 'disconnect', userId, reason, code });
    try {
      const places = await this.broker.sessionsOf(userId);
      await Promise.all(places.map(({ id }) => this.broker.endSession(id)));
    } catch (error) {
      this.failed(error);
    }
  }

  /** Tells every process that follows a log. */
  notify(log: string, notice: Notice): void {
    this.broker.emit(log, JSON.stringify(notice));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timers.end();
    this.#retrying.wakeAll();
    this.clients.end();
    for (const shared of this.#shared.values()) shared.close();
    await this.broker.close();
  }

  // what the engine tells

  appended(log: string, epoch: string, entry: SharedEntry): void {
    this.#shared.get(log)?.appended(epoch, entry);
  }

  emitted(log: string, body: string, slot: string | undefined): void {
    const group = this.#shared.get(log)?.group;
    const hub = this.#hub;
    if (group === undefined || hub === undefined) return;
    if (body.startsWith('{')) return hearNotice(hub, body);
    const delivery = slot === undefined ? 'volatile' : 'latest';
    const value = decodeShared(hub.dialect, body, roomOf(group), delivery);
    if (value === undefined) this.failed(unreadable(log));
    else deliverValue(hub, group, value);
  }

  renewed(log: string): void {
    void this.#shared.get(log)?.check();
  }

  told(text: string): void {
    const message = Object(isJson(text) ? JSON.parse(text) : undefined) as { readonly kind?: unknown };
    this.sessions.told(message);
    this.clients.told(message);
  }

  async returned(): Promise<void> {
    this.#retrying.wakeAll();
    await Promise.all(Array.from(this.#shared.values(), (shared) => shared.check()));
    this.members.refresh();
    for (const { shared } of this.#hub?.roster.all() ?? []) void shared?.commit();
    this.#verifySoon();
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

  keep({ body, time }: LatestValue, group: Group): void {
    const hub = this.#hub;
    const value = hub && decodeShared(hub.dialect, body, roomOf(group), 'latest');
    if (value !== undefined) group.latest.keep(value.message, time, value.exceptId);
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
    this.#beat();
    this.#touch();
    await Promise.all(Array.from(this.#shared.values(), (shared) => shared.open()));
    this.#isReady = !this.#isClosed;
  }

  #beat(): void {
    const { roster } = this.#hub ?? {};
    if (roster !== undefined) this.broker.beat(roster.countClients, roster.userIds());
    void this.sessions.sweep();
    this.#timers.after('beat', beatMs, () => this.#beat());
  }

  #touch(): void {
    for (const shared of this.#shared.values()) void this.#touchLog(shared);
    for (const { shared } of this.#hub?.roster.all() ?? []) void shared?.commit();
    this.members.refresh();
    this.#timers.after('touch', touchMs, () => this.#touch());
  }

  async #touchLog(shared: SharedLog): Promise<void> {
    const { log, group, name } = shared;
    // an inbox that nothing came into need not be there
    if (group.session !== undefined && log.at === 0) return;
    try {
      const head = await this.broker.touch(
        name,
        log.epoch,
        Array.from(group.sessions(), ({ id }) => id),
      );
      if (head.epoch !== log.epoch || head.at < log.at) this.#verifySoon();
      if (head.epoch !== log.epoch || head.at !== log.at) await shared.check();
    } catch {
      // whoever is back is checked anyway
    }
  }

  #checkOverdue(): void {
    for (const shared of this.#shared.values()) if (shared.isBehind()) void shared.check();
  }

  /** Others that hold what the engine has lost give it back first. */
  #verifySoon(): void {
    this.#timers.after('verify', verifyMs, () => void this.#verifyRecent());
  }

  /** An engine that was gone may have lost what nobody but this process knows of. */
  async #verifyRecent(): Promise<void> {
    try {
      await this.#sender.verify();
    } catch (error) {
      this.failed(error);
    }
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

function unreadable(log: string): Error {
  return new TypeError(`a message of the log "${log}" that came over the broker is none of Wirepact's`);
}
