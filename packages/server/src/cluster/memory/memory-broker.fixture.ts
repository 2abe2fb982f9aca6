// One process's side of the engine in memory: a broker whose connections a test controls.
import { SocketError, type Clock } from '@wirepact/core';
import type {
  Append,
  Broker,
  BrokerListener,
  BrokerSettings,
  ClaimedSession,
  ClusterCounts,
  LatestValue,
  LogHead,
  LogPage,
  SessionClaim,
  SessionCommit,
  SessionOutcome,
  SessionPlace,
  SessionRecord,
  SharedEntry,
  SharedMember,
  TouchedLog,
} from '../broker.js';
import { MemoryCommands } from './memory-commands.fixture.js';
import type { MemoryLink } from './memory-link.fixture.js';
import type { MemoryStore } from './memory-store.fixture.js';
import { MemorySubscriptions } from './memory-subscriptions.fixture.js';

/** What a broker in memory knows of its engine. */
export interface EngineSide {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly store: MemoryStore;
  readonly isAway: boolean;
  createLink(): MemoryLink;
  /** Whether the process listens. */
  tell(processId: string, text: string): boolean;
}

export class MemoryBroker implements Broker {
  readonly publishTimeoutMs: number;
  readonly #engine: EngineSide;
  readonly #heard: MemoryLink;
  readonly #links: readonly MemoryLink[];
  readonly #commands: MemoryCommands;
  readonly #subscriptions: MemorySubscriptions;
  #listener: BrokerListener | undefined;
  #settings: BrokerSettings | undefined;
  #isHere = false;
  #isDeaf = false;
  /** The engine is there for others. */
  #isCutOff = false;
  /** How often the engine had forgotten something when it went away. */
  #lossesBefore = Infinity;
  #isOver = false;
  #outages = 0;
  #appends = 0;
  #claims = 0;
  #returning: Promise<void> = Promise.resolve();

  constructor(engine: EngineSide) {
    this.#engine = engine;
    const { clock, store, timeoutMs } = engine;
    this.publishTimeoutMs = timeoutMs;
    const isAway = (): boolean => this.#isAway;
    const [up, down, heardUp, heard] = [
      engine.createLink(),
      engine.createLink(),
      engine.createLink(),
      engine.createLink(),
    ];
    this.#heard = heard;
    this.#links = [up, down, heardUp, heard];
    this.#commands = new MemoryCommands({ clock, up, down, store, isAway, timeoutMs });
    this.#subscriptions = new MemorySubscriptions({ clock, up: heardUp, down: heard, isAway, timeoutMs });
  }

  /** The id of the process, once it has joined. */
  get id(): string | undefined {
    return this.#settings?.processId;
  }

  async join(listener: BrokerListener, settings: BrokerSettings): Promise<void> {
    if (this.#settings !== undefined) throw new TypeError('this broker was joined before; make another one');
    this.#settings = settings;
    this.#listener = listener;
    this.#subscriptions.listen(listener);
    await this.#commands.ask((store) => store.beat(settings.processId, 0, new Set()), {
      timeoutMs: Infinity,
    });
    this.#isHere = true;
  }

  async close(): Promise<void> {
    if (this.#isOver) return;
    if (this.#settings !== undefined && !this.#isAway) this.#engine.store.endProcess(this.#joined.processId);
    this.#end(new SocketError('closed', '[closed] the broker was closed'));
  }

  append(message: Append): Promise<LogHead> {
    const id = `${this.#joined.processId}:${(this.#appends += 1)}`;
    return this.#commands.ask((store) => store.append(id, message, this.#joined), { isAppend: true });
  }

  emit(log: string, body: string): void {
    this.#commands.say((store) => store.emit(log, body));
  }

  keepLatest(log: string, slot: string, body: string): Promise<void> {
    return this.#commands.ask((store) => store.keepLatest(log, slot, body));
  }

  latest(log: string): Promise<readonly LatestValue[]> {
    return this.#commands.ask((store) => store.latest(log));
  }

  follow(log: string): Promise<void> {
    return this.#subscriptions.follow(log);
  }

  drop(log: string): void {
    this.#commands.say((store) => store.drop(log));
  }

  unfollow(log: string): void {
    this.#subscriptions.unfollow(log);
  }

  read(
    log: string,
    range: { readonly after: number; readonly limit?: number; readonly epoch: string },
  ): Promise<LogPage> {
    return this.#commands.ask((store) => store.read(log, range, this.#joined));
  }

  restore(log: string, head: LogHead, entries: readonly SharedEntry[]): Promise<LogHead> {
    return this.#commands.ask((store) => store.restore(log, head, entries, this.#joined));
  }

  renew(log: string, epoch: string, nextEpoch: string): Promise<LogHead> {
    return this.#commands.ask((store) => store.renew(log, epoch, nextEpoch, this.#joined));
  }

  touch(log: string, epoch: string, memberIds: readonly string[]): Promise<TouchedLog> {
    return this.#commands.ask((store) => store.touch(log, epoch, memberIds, this.#joined));
  }

  enter(room: string, member: SharedMember): Promise<boolean> {
    return this.#say((store) => store.enter(room, member));
  }

  leave(room: string, id: string): Promise<boolean> {
    return this.#say((store) => store.leave(room, id));
  }

  members(room: string): Promise<readonly SharedMember[]> {
    return this.#commands.ask((store) => store.members(room));
  }

  openSession(record: SessionRecord): Promise<SessionOutcome> {
    return this.#commands.ask((store) => store.sessions.open(record, store.putting(this.#joined)));
  }

  claimSession(claim: SessionClaim): Promise<ClaimedSession | undefined> {
    const named = { ...claim, name: `${this.#joined.processId}:${(this.#claims += 1)}` };
    return this.#commands.ask((store) => store.sessions.claim(named, store.putting(this.#joined)));
  }

  commitSession(commit: SessionCommit): Promise<SessionOutcome> {
    return this.#commands.ask((store) => store.sessions.commit(commit, store.putting(this.#joined)));
  }

  endSession(id: string, generation?: number, said?: string): Promise<boolean> {
    return this.#commands.ask((store) =>
      store.sessions.end(id, store.putting(this.#joined), generation, said),
    );
  }

  endOf(id: string): Promise<string | undefined> {
    return this.#commands.ask((store) => store.sessions.endOf(id));
  }

  sessionsOf(userId: string): Promise<readonly SessionPlace[]> {
    return this.#commands.ask((store) => store.sessions.ofUser(userId, store.putting(this.#joined).now));
  }

  findSession(id: string): Promise<SessionPlace | undefined> {
    return this.#commands.ask((store) => store.sessions.place(id, store.putting(this.#joined).now));
  }

  tell(processId: string, text: string): Promise<boolean | undefined> {
    return this.#commands.attempt(() => this.#engine.tell(processId, text));
  }

  beat(clients: number, userIds: Iterable<string>): void {
    const users = new Set(userIds);
    this.#commands.say((store) => store.beat(this.#joined.processId, clients, users));
  }

  counts(): Promise<ClusterCounts> {
    return this.#commands.ask((store) => store.counts());
  }

  isAlive(processId: string): Promise<boolean> {
    return this.#commands.ask((store) => store.isAlive(processId));
  }

  /** What the engine says to whoever follows `log`; without one, to this process. */
  hear(log: string | undefined, say: (listener: BrokerListener) => void): boolean {
    return this.#subscriptions.hear(log, say);
  }

  /** The engine is gone, and with it every connection to it. */
  lose(): void {
    this.#lossesBefore = Math.min(this.#lossesBefore, this.#engine.store.losses);
    this.#outages += 1;
    this.#commands.isHolding = true;
    this.#commands.lose();
    this.#subscriptions.break();
  }

  /** The engine is there again: what needs no care goes at once, and appends when the process has looked around. */
  regain(): void {
    if (this.#isOver || this.#isAway) return;
    this.#commands.flush();
    if (!this.#isDeaf) this.#listenAgain();
    else this.#lookAround();
  }

  /** The line on which messages come breaks, and what comes on it is missed; commands go on. */
  goDeaf(isDeaf: boolean): void {
    if (this.#isOver || isDeaf === this.#isDeaf) return;
    this.#isDeaf = isDeaf;
    this.#outages += 1;
    if (isDeaf) this.#subscriptions.break();
    else if (!this.#isAway) this.#listenAgain();
  }

  /** The engine is gone for this process alone. */
  cutOff(isCutOff: boolean): void {
    if (this.#isOver || isCutOff === this.#isCutOff) return;
    this.#isCutOff = isCutOff;
    if (isCutOff) this.lose();
    else this.regain();
  }

  hold(what: 'messages' | 'everything', isHeld: boolean): void {
    for (const link of what === 'messages' ? [this.#heard] : this.#links) link.hold(isHeld);
  }

  /** The process is gone: nobody is told. */
  kill(): void {
    this.#end(undefined);
  }

  get #isAway(): boolean {
    return this.#engine.isAway || this.#isCutOff;
  }

  get #joined(): BrokerSettings {
    if (this.#settings === undefined) throw new TypeError('join() comes first');
    return this.#settings;
  }

  #listenAgain(): void {
    this.#commands.isHolding = true;
    this.#subscriptions.restore(() => this.#lookAround());
  }

  async #say(execute: (store: MemoryStore) => void): Promise<boolean> {
    const isSaid = await this.#commands.attempt((store) => (execute(store), true));
    return isSaid === true;
  }

  /** One look after the other; appends go on when the last one is done. */
  #lookAround(): void {
    const outage = this.#outages;
    this.#returning = this.#returning.then(async () => {
      const isOutdated = (): boolean => outage !== this.#outages || this.#isOver;
      if (isOutdated()) return;
      try {
        const mayHaveLost = this.#engine.store.losses > this.#lossesBefore;
        this.#lossesBefore = Infinity;
        if (this.#isHere) await this.#listener?.returned(mayHaveLost);
      } catch (error) {
        this.#listener?.failed(error);
      }
      if (isOutdated()) return;
      this.#commands.isHolding = false;
      this.#commands.flush();
    });
  }

  #end(reason: Error | undefined): void {
    this.#isOver = true;
    this.#listener = undefined;
    this.#subscriptions.end(reason);
    this.#commands.end(reason);
  }
}
