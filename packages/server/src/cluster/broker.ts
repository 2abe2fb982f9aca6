// What a SocketManager needs from a broker, the engine that joins several processes into one server. The engine stores and
// carries texts without reading them; cluster.ts and the files beside it know what they mean.

/** The head of a log. */
export interface LogHead {
  /** The log's epoch, which is different for every log that is created anew. */
  readonly epoch: string;
  /** The newest position, whether or not its entry is still kept; 0 if the log never had an entry. */
  readonly at: number;
}

/** The head of a log that was touched. */
export interface TouchedLog extends LogHead {
  /** The ids of those named members that are not in the log's room. */
  readonly missing: readonly string[];
}

/** An entry of a log. */
export interface SharedEntry {
  /** Its position, which is above that of every earlier entry. */
  readonly at: number;
  /** The position of the entry before it. */
  readonly after: number;
  /** When it was accepted, by the engine's clock, in ms since the epoch. */
  readonly time: number;
  readonly body: string;
}

/** A part of a log. */
export interface LogPage extends LogHead {
  /** Every entry after this position is still kept. */
  readonly floor: number;
  /** The entries, oldest first. */
  readonly entries: readonly SharedEntry[];
}

/** A message to be appended to a log. */
export interface Append {
  readonly log: string;
  readonly body: string;
  /** The epoch to give to the log if it has to be created. */
  readonly epoch: string;
  /**
   * The newest position of the log that this process knows. The message gets a higher one, whatever the engine has forgotten.
   */
  readonly knownAt: number;
}

/** A `latest` value, which replaces the one before it in its slot. */
export interface LatestValue {
  readonly body: string;
  /** When it was set, by the engine's clock, in ms since the epoch. */
  readonly time: number;
}

/** A member of a room, in whichever process. */
export interface SharedMember {
  /** The id of its session. */
  readonly id: string;
  readonly userId: string | undefined;
  /** What the other members may know about it, as JSON. */
  readonly info: string;
}

/** A session as it is stored, so that its client can return to any process. */
export interface SessionRecord {
  readonly id: string;
  readonly userId: string | undefined;
  /** The hash of the resume token. */
  readonly token: string;
  /** The hash of the resume token before that, as long as the client may not have the new one. */
  readonly previousToken?: string;
  /** The rooms of the session, and its positions in the logs, as JSON. */
  readonly state: string;
  /** How often the session was claimed. @default 1, for a new session */
  readonly generation?: number;
  /** Which messages of the client were handled, as JSON. @default none */
  readonly done?: string;
  /** Recent answers, as JSON, by the number of the message that they answer. @default none */
  readonly answers?: ReadonlyMap<number, string>;
  /** The other processes that still handle messages of it. @default none */
  readonly holders?: readonly string[];
}

/**
 * What became of something that a process stored about a session:
 *
 * - `kept`: it is stored;
 * - `elsewhere`: another process has claimed the session since, or as often, because the engine has lost a claim;
 * - `ended`: the session was ended;
 * - `unknown`: the engine has forgotten the session, or part of it.
 */
export type SessionOutcome = 'kept' | 'elsewhere' | 'ended' | 'unknown';

/** A request to continue a session. */
export interface SessionClaim {
  readonly id: string;
  readonly userId: string | undefined;
  /** The hash of the resume token that the client presented. */
  readonly token: string;
  /** The hash of the resume token that the client gets now. */
  readonly nextToken: string;
}

/** What a process that has claimed a session continues from. */
export interface ClaimedSession {
  /** One more than before the claim. What is stored under an older generation is refused. */
  readonly generation: number;
  /** The process that had the session before this claim, however often the claim had to be tried. */
  readonly processId: string;
  /**
   * The processes that may know more of the session than is stored: that one, all that had it since somebody last stored who
   * the `holders` are, and those. Of very many, only the last are named.
   */
  readonly holders: readonly string[];
  /** The rooms of the session, and its positions in the logs, as JSON. */
  readonly state: string;
  /** Which messages of the client were handled, as JSON. */
  readonly done: string;
  /** Recent answers, as JSON, by the number of the message that they answer. */
  readonly answers: ReadonlyMap<number, string>;
}

/** What has changed in a session. What is absent has not changed. */
export interface SessionCommit {
  readonly id: string;
  readonly generation: number;
  readonly state?: string;
  readonly done?: string;
  /** New answers, as JSON, by the number of the message that they answer. */
  readonly answers?: ReadonlyMap<number, string>;
  /** The numbers of answers that are no longer kept, even if they are also among the new ones. */
  readonly answersGone?: readonly number[];
  /** The other processes that still handle messages of it. What processes knew of it before is stored with this. */
  readonly holders?: readonly string[];
  /** The client has shown that it has the newest resume token, so that older ones are no longer valid. */
  readonly isConfirmed?: boolean;
  /** The list by which the sessions of the user are found may have been lost, or never stored. */
  readonly isDoubtful?: boolean;
}

/** Which process has a session. */
export interface SessionPlace {
  readonly id: string;
  readonly processId: string;
}

/** What all processes have together. */
export interface ClusterCounts {
  /** Clients of all processes. */
  readonly clients: number;
  /** Users with at least one client in any process. */
  readonly users: number;
  /** Processes that the broker joins. One that only publishes counts for no more than half a minute after it has joined. */
  readonly processes: number;
}

/** What the engine tells the process that has joined. None of these functions may throw. */
export interface BrokerListener {
  /** A message was appended to a log that this process follows. */
  appended(log: string, epoch: string, entry: SharedEntry): void;
  /**
   * A value that is no entry was sent to the followers of a log.
   * A `latest` value has a `slot`, and the `time` at which it was set, by the engine's clock, in ms since the epoch.
   */
  emitted(log: string, body: string, slot?: string, time?: number): void;
  /** A log that this process follows was given another epoch. */
  renewed(log: string): void;
  /** Another process sent a text to this one. */
  told(text: string): void;
  /**
   * The engine is reachable again, and this process may have missed messages.
   * With `mayHaveLost`, the engine itself may have lost some that it had accepted. Waiting messages are held until the promise
   * settles, so that what was lost is given back before anything is appended after it.
   */
  returned(mayHaveLost: boolean): Promise<void>;
  /** Something failed that no caller waits for. */
  failed(error: unknown): void;
}

/** The settings of a process that joins, and the bounds of what the engine keeps. */
export interface BrokerSettings {
  /** An unguessable id, different for each process. */
  readonly processId: string;
  /** Size of one log, in bytes. Its newest message is always kept. */
  readonly maxLogBytes: number;
  /** How far back a log goes, in ms. */
  readonly maxLogAgeMs: number;
  /** How long a session that is not renewed can be claimed, in ms. */
  readonly sessionMs: number;
}

/**
 * The engine that joins several processes into one server.
 * `redisBroker` of `@wirepact/redis` makes one. A broker is given to one {@link SocketManager} or one publisher. Every promise
 * that it returns settles: with `not_accepted` and a reason if the engine does not answer in time.
 */
export interface Broker {
  /** How long the engine may take, in ms, before what was asked of it is rejected. */
  readonly publishTimeoutMs: number;

  /**
   * Joins, and resolves once the engine was reached for the first time.
   * If this rejects, it is called again later, unless with a `TypeError`, which means that the broker was joined before.
   */
  join(listener: BrokerListener, settings: BrokerSettings): Promise<void>;
  /** Leaves: rejects everything that waits, and closes every connection. Calling it twice does no harm. */
  close(): Promise<void>;

  /**
   * Appends a message once, however often that must be tried, in the order of the calls.
   * Resolves with the epoch of the log and the position of the message.
   */
  append(message: Append): Promise<LogHead>;
  /** Sends a value to the processes that follow the log now. It is dropped if it cannot be sent now. */
  emit(log: string, body: string): void;
  /** Sends a value to the processes that follow the log, and keeps it as the newest one of its slot. */
  keepLatest(log: string, slot: string, body: string): Promise<void>;
  /** Reads the newest value of each slot of a log. */
  latest(log: string): Promise<readonly LatestValue[]>;

  /** Follows a log, and resolves once every later message is heard. It is followed again after the engine was away. */
  follow(log: string): Promise<void>;
  /** Stops following a log. */
  unfollow(log: string): void;

  /** Reads what is kept after a position: all of it, or the newest `limit` entries. Creates a missing log under `epoch`. */
  read(
    log: string,
    range: { readonly after: number; readonly limit?: number; readonly epoch: string },
  ): Promise<LogPage>;
  /**
   * Gives back entries after `head` that the engine has lost, if the log ends exactly there. Resolves with the head after that.
   * All processes that follow the log are told of these entries.
   */
  restore(log: string, head: LogHead, entries: readonly SharedEntry[]): Promise<LogHead>;
  /** Gives the log another epoch if it still has this one, and tells the processes that follow it. */
  renew(log: string, epoch: string, nextEpoch: string): Promise<LogHead>;
  /** Forgets a log that nobody reads any more. */
  drop(log: string): void;
  /** Keeps a log from being forgotten, and in its room those of the named members that are in it. */
  touch(log: string, epoch: string, memberIds: readonly string[]): Promise<TouchedLog>;

  /**
   * Adds a member to a room. Resolves with whether that could be sent now.
   * If not, it is dropped, and a later `touch` reports the member as missing.
   */
  enter(room: string, member: SharedMember): Promise<boolean>;
  /**
   * Removes a member from a room. Resolves with whether that could be sent now.
   * If not, it is dropped. A member that no `touch` names any more stays in the room for another 60 s.
   */
  leave(room: string, id: string): Promise<boolean>;
  /** The members of a room. Those of a process that died disappear after at most 60 s. */
  members(room: string): Promise<readonly SharedMember[]>;

  /** Stores a whole session: a new one, or one that the engine has forgotten. */
  openSession(record: SessionRecord): Promise<SessionOutcome>;
  /**
   * Claims a session; `undefined` if there is none, or the token or user is not its own, without saying which.
   * Valid are the newest token and, until the client has shown that it has that, the one it presented before and every one it
   * was given for that, because claims may arrive late.
   */
  claimSession(claim: SessionClaim): Promise<ClaimedSession | undefined>;
  /** Stores what has changed, and keeps the session from being forgotten. Commits of one session are made one after another. */
  commitSession(commit: SessionCommit): Promise<SessionOutcome>;
  /**
   * Ends a session, unless another process has it. Resolves with whether there was one to end.
   * Without a `generation` it is ended wherever it is: the process that has it learns that from its next commit, and what was
   * `said` from `endOf`.
   */
  endSession(id: string, generation?: number, said?: string): Promise<boolean>;
  /** What was `said` when a session was ended that a process had; `undefined` if nothing was. */
  endOf(id: string): Promise<string | undefined>;
  /** The sessions of a user in all processes. */
  sessionsOf(userId: string): Promise<readonly SessionPlace[]>;
  /** Which process has a session; `undefined` if none. */
  findSession(id: string): Promise<SessionPlace | undefined>;

  /**
   * Sends a text to another process, and resolves with whether that process heard it.
   * Resolves with `undefined` if it could not be sent, or the outcome is not known; then it is dropped. Never rejects.
   */
  tell(processId: string, text: string): Promise<boolean | undefined>;
  /** Says how many clients, and which users, this process has. Called every 10 s, and whenever that changes much. */
  beat(clients: number, userIds: Iterable<string>): void;
  /** What all processes have together. */
  counts(): Promise<ClusterCounts>;
  /** Whether a process was heard of lately. */
  isAlive(processId: string): Promise<boolean>;
}
