// The broker over Redis, as the server sees it: it joins and leaves, and passes each call to the file that does the work.
import { randomBytes } from 'node:crypto';
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
} from '@wirepact/server';
import { Engine } from './engine.js';
import { Keys } from './keys.js';
import { Logs } from './logs.js';
import { Members } from './members.js';
import { resolveOptions, type RedisBrokerOptions, type ResolvedOptions } from './options.js';
import { Processes } from './processes.js';
import { notAccepted } from './refusal.js';
import { allScripts } from './scripts/all-scripts.js';
import { Sessions } from './sessions.js';
import { notOurs, SharedTexts } from './shared-text.js';
import { Signature } from './signature.js';

/** How much longer than its body a text on a channel may be, in characters. */
const headerLength = 65_536;
/** How long leaving waits for Redis at most. */
const partingMs = 500;

/**
 * Joins several processes into one server over Redis 7.0 or newer.
 * Pass it to a `SocketManager` or publisher as its `broker`; each needs a broker of its own. It connects as soon as it is
 * passed, and reconnects automatically.
 *
 * @example
 * ```ts
 * const sockets = new SocketManager(channels, { broker: redisBroker({ url: 'redis://localhost:6379' }) });
 * ```
 *
 * @throws TypeError for options that are unknown or invalid, or contradict each other
 */
export function redisBroker(options: RedisBrokerOptions = {}): Broker {
  return new RedisBroker(resolveOptions(options));
}

/** The parts of a broker that has joined. */
interface Joined {
  readonly engine: Engine;
  readonly logs: Logs;
  readonly members: Members;
  readonly sessions: Sessions;
  readonly processes: Processes;
}

class RedisBroker implements Broker {
  readonly publishTimeoutMs: number;
  readonly #options: ResolvedOptions;
  readonly #keys: Keys;
  #joined: Joined | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedOptions) {
    this.publishTimeoutMs = options.publishTimeoutMs;
    this.#options = options;
    this.#keys = new Keys(options.prefix);
  }

  async join(listener: BrokerListener, settings: BrokerSettings): Promise<void> {
    if (this.#joined !== undefined) {
      throw new TypeError('this broker was joined before; make one for each SocketManager');
    }
    const keys = this.#keys;
    const { hmacKey, queue } = this.#options;
    const texts = new SharedTexts(new Signature(hmacKey), queue.maxBytes + headerLength);
    const { processId } = settings;
    const host = { keys, texts, listener, settings, processId, tag: createTag(), engine: () => engine };
    const logs = new Logs(host);
    const engine: Engine = new Engine({
      options: this.#options,
      scripts: allScripts,
      listener,
      appends: {
        channelOf: (log) => keys.channel(log),
        commandOf: (appends, knownAt, above) => logs.commandOf(appends, knownAt, above),
      },
      hear(channel, text) {
        const log = keys.logOf(channel);
        if (log !== undefined) return logs.hear(log, channel, text);
        const said = texts.read(channel, text);
        if (said?.kind === 'told') return listener.told(said.text);
        listener.failed(notOurs('a message to this process'));
      },
    });
    this.#joined = {
      ...{ engine, logs, members: new Members(host) },
      ...{ sessions: new Sessions(host), processes: new Processes(host) },
    };
    engine.subscriptions.listenTo(keys.processChannel(processId));
    await engine.begun;
    if (engine.isClosed) throw notAccepted('the broker was closed before Redis was there');
    // said again with the next beat: a Redis that takes no writes now may take them soon
    await this.#joined.processes.beat(0, []);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async append(message: Append): Promise<LogHead> {
    return this.#now.logs.append(message);
  }

  emit(log: string, body: string): void {
    this.#joined?.logs.emit(log, body);
  }

  async keepLatest(log: string, slot: string, body: string): Promise<void> {
    await this.#now.logs.keepLatest(log, slot, body);
  }

  async latest(log: string): Promise<readonly LatestValue[]> {
    return this.#now.logs.latest(log);
  }

  async follow(log: string): Promise<void> {
    return this.#now.logs.follow(log);
  }

  drop(log: string): void {
    this.#joined?.logs.drop(log);
  }

  unfollow(log: string): void {
    this.#joined?.logs.unfollow(log);
  }

  async read(
    log: string,
    range: { readonly after: number; readonly limit?: number; readonly epoch: string },
  ): Promise<LogPage> {
    return this.#now.logs.read(log, range);
  }

  async restore(log: string, head: LogHead, entries: readonly SharedEntry[]): Promise<LogHead> {
    return this.#now.logs.restore(log, head, entries);
  }

  async renew(log: string, epoch: string, nextEpoch: string): Promise<LogHead> {
    return this.#now.logs.renew(log, epoch, nextEpoch);
  }

  async touch(log: string, epoch: string, memberIds: readonly string[]): Promise<TouchedLog> {
    return this.#now.logs.touch(log, epoch, memberIds);
  }

  async enter(room: string, member: SharedMember): Promise<boolean> {
    return (await this.#joined?.members.enter(room, member)) === true;
  }

  async leave(room: string, id: string): Promise<boolean> {
    return (await this.#joined?.members.leave(room, id)) === true;
  }

  async members(room: string): Promise<readonly SharedMember[]> {
    return this.#now.members.of(room);
  }

  async openSession(record: SessionRecord): Promise<SessionOutcome> {
    return this.#now.sessions.open(record);
  }

  async claimSession(claim: SessionClaim): Promise<ClaimedSession | undefined> {
    return this.#now.sessions.claim(claim);
  }

  async commitSession(commit: SessionCommit): Promise<SessionOutcome> {
    return this.#now.sessions.commit(commit);
  }

  async endSession(id: string, generation?: number, said?: string): Promise<boolean> {
    return this.#now.sessions.end(id, generation, said);
  }

  async endOf(id: string): Promise<string | undefined> {
    return this.#now.sessions.endOf(id);
  }

  async sessionsOf(userId: string): Promise<readonly SessionPlace[]> {
    return this.#now.sessions.ofUser(userId);
  }

  async findSession(id: string): Promise<SessionPlace | undefined> {
    return this.#now.sessions.find(id);
  }

  async tell(processId: string, text: string): Promise<boolean | undefined> {
    return this.#joined?.processes.tell(processId, text);
  }

  beat(clients: number, userIds: Iterable<string>): void {
    void this.#joined?.processes.beat(clients, userIds);
  }

  async counts(): Promise<ClusterCounts> {
    return this.#now.processes.counts();
  }

  async isAlive(processId: string): Promise<boolean> {
    return this.#now.processes.isAlive(processId);
  }

  /** @throws SocketError `not_accepted` before it was joined */
  get #now(): Joined {
    if (this.#joined !== undefined) return this.#joined;
    throw notAccepted(
      'this broker was not joined yet; a SocketManager does that when it is given the broker',
    );
  }

  async #close(): Promise<void> {
    const { engine, processes } = this.#joined ?? {};
    if (engine === undefined) return;
    if (engine.isReady) await this.#inTime(processes?.part());
    engine.close();
  }

  /** Taking leave is good manners, and no reason to stay. */
  #inTime(parting: Promise<unknown> = Promise.resolve()): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(partingMs, resolve);
      void parting.catch(() => undefined).then(() => (cancel(), resolve()));
    });
  }
}

/**
 * A random tag of six characters.
 * With a counter behind it, it still has at most twelve: a longer text would keep alive the one that it was cut from.
 */
function createTag(): string {
  return randomBytes(4).toString('base64url');
}
