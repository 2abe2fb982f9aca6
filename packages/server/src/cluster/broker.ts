// What a SocketManager asks of the engine that joins several processes into one server. The engine keeps and carries texts that
// it does not read: what they mean is known to cluster.ts and the files beside it.

/** Where a log stands. `at` is the newest position, kept or not; 0 in a log that nothing was ever said in. */
export interface LogHead {
  /** Another one for every log that is made from nothing. */
  readonly epoch: string;
  readonly at: number;
}

/** Where a log stands that is kept, and who of those that were named is not in its room. */
export interface TouchedLog extends LogHead {
  readonly missing: readonly string[];
}

/** One message in a log. */
export interface SharedEntry {
  /** Its position, above every one before it, and that of the one before it. */
  readonly at: number;
  readonly after: number;
  /** When it was accepted, by the engine's clock, in ms since the epoch. */
  readonly time: number;
  readonly body: string;
}

/** A part of a log. */
export interface LogPage extends LogHead {
  /** Everything after this position is still kept. */
  readonly floor: number;
  /** Oldest first. */
  readonly entries: readonly SharedEntry[];
}

/** A message that a log is to take. */
export interface Append {
  readonly log: string;
  readonly body: string;
  /** What the log is called by when it must be made. */
  readonly epoch: string;
  /** The newest position of this log that is known here: the message stands above it, whatever the engine has forgotten. */
  readonly knownAt: number;
}

/** A value that replaces the one before it in its slot. */
export interface LatestValue {
  readonly body: string;
  /** When it was set, by the engine's clock, in ms since the epoch. */
  readonly time: number;
}

/** Somebody in a room, in whatever process. */
export interface SharedMember {
  /** The session's id. */
  readonly id: string;
  readonly userId: string | undefined;
  /** What the other members may know of it, as JSON. */
  readonly info: string;
}

/** A session as it is put down with the engine, for whichever process its client returns to. */
export interface SessionRecord {
  readonly id: string;
  readonly userId: string | undefined;
  /** The hash of the secret that resumes it, and of the one before while the client may not have it. */
  readonly token: string;
  readonly previousToken?: string;
  /** Where it is and stands, as JSON. */
  readonly state: string;
  /** How often it was claimed. @default 1: it has just begun */
  readonly generation?: number;
  /** What of it was handled, as JSON. @default nothing */
  readonly done?: string;
  /** Answers that were given lately. @default none */
  readonly answers?: ReadonlyMap<number, string>;
}

/**
 * What became of what a process put down of a session:
 *
 * - `kept`: it is put down;
 * - `elsewhere`: another process has claimed it since;
 * - `ended`: somebody has ended it;
 * - `unknown`: the engine has forgotten it, or something of it.
 */
export type SessionOutcome = 'kept' | 'elsewhere' | 'ended' | 'unknown';

/** Somebody wants to go on with a session. */
export interface SessionClaim {
  readonly id: string;
  readonly userId: string | undefined;
  /** The hash of the secret that the client came with, and of the one that it is given. */
  readonly token: string;
  readonly nextToken: string;
}

/** What a process that has claimed a session goes on from. */
export interface ClaimedSession {
  /** One more than that of the claim before: what is put down under an older one is refused. */
  readonly generation: number;
  /** The process that had it. */
  readonly processId: string;
  readonly state: string;
  /** What of it was handled, as JSON. */
  readonly done: string;
  /** Answers that were given lately, by the number of what they answer, as JSON. */
  readonly answers: ReadonlyMap<number, string>;
}

/** What has changed in a session. What is absent has not. */
export interface SessionCommit {
  readonly id: string;
  readonly generation: number;
  readonly state?: string;
  readonly done?: string;
  /** Answers that were given, and the numbers of those that are not kept any more: what is in both is not kept. */
  readonly answers?: ReadonlyMap<number, string>;
  readonly answersGone?: readonly number[];
  /** The client has shown that it has the newest secret: the one before opens nothing any more. */
  readonly isConfirmed?: boolean;
  /** By what the sessions of a user are found may be lost, or was never put down. */
  readonly isDoubtful?: boolean;
}

/** A session as it can be reached. */
export interface SessionPlace {
  readonly id: string;
  readonly processId: string;
}

/** What all processes have together. */
export interface ClusterCounts {
  readonly clients: number;
  readonly users: number;
  readonly processes: number;
}

/** What the engine tells the process that joined. None of it may throw. */
export interface BrokerListener {
  /** A log that is followed took a message. */
  appended(log: string, epoch: string, entry: SharedEntry): void;
  /** Something was said that no log keeps; `slot` where it is a value that replaces the one before. */
  emitted(log: string, body: string, slot: string | undefined): void;
  /** A log that is followed was given another epoch. */
  renewed(log: string): void;
  /** Another process says something to this one. */
  told(text: string): void;
  /**
   * Messages may have been missed; and where the engine is not certain to have kept everything, it `mayHaveLost` some. What waits
   * to be appended is held until this settles: what is lost is given back before anything is appended behind it.
   */
  returned(mayHaveLost: boolean): Promise<void>;
  /** Something failed that nobody waits for. */
  failed(error: unknown): void;
}

/** The bounds that hold for what the engine keeps. */
export interface BrokerSettings {
  /** Unguessable, another one for each process. */
  readonly processId: string;
  /** Of one log; its newest message stays. */
  readonly maxLogBytes: number;
  readonly maxLogAgeMs: number;
  /** How long a session that is not renewed can be claimed. */
  readonly sessionMs: number;
}

/**
 * The engine that joins several processes into one server. Made by a package of its own, `redisBroker` of `@wirepact/redis`,
 * and given to one {@link SocketManager} or publisher.
 *
 * What returns a promise settles: with an error that says why, `not_accepted`, when the engine does not answer in time.
 */
export interface Broker {
  /** What it is asked for is rejected after this long, in ms. */
  readonly publishTimeoutMs: number;

  /**
   * Joins. Resolves when the engine is there for the first time. One that rejects is asked again after a while, unless it does so
   * with a TypeError: it was joined before.
   */
  join(listener: BrokerListener, settings: BrokerSettings): Promise<void>;
  /** Leaves: everything that waits is rejected, every connection closed. Calling it twice does no harm. */
  close(): Promise<void>;

  /** Appends once, however often it must be tried, in the order of the calls. */
  append(message: Append): Promise<LogHead>;
  /** Says something to whoever follows this log now. What cannot be said now is dropped. */
  emit(log: string, body: string): void;
  /** Says it, and keeps it for those that come later. */
  keepLatest(log: string, slot: string, body: string): Promise<void>;
  latest(log: string): Promise<readonly LatestValue[]>;

  /** Resolves once everything that is said from now on is heard. It is followed again after the engine was away. */
  follow(log: string): Promise<void>;
  unfollow(log: string): void;

  /** What is kept after a position: all of it, or the newest `limit`. Makes the log, under `epoch`, where there is none. */
  read(
    log: string,
    range: { readonly after: number; readonly limit?: number; readonly epoch: string },
  ): Promise<LogPage>;
  /**
   * Gives back what the engine has lost: the entries after `head`, if that is where the log stands. Everybody who follows is
   * told of them. Returns where the log stands then.
   */
  restore(log: string, head: LogHead, entries: readonly SharedEntry[]): Promise<LogHead>;
  /** Gives the log another epoch, if it still has this one, and tells everybody who follows it. */
  renew(log: string, epoch: string, nextEpoch: string): Promise<LogHead>;
  /** Forgets a log that nobody reads any more. */
  drop(log: string): void;
  /** Keeps the log from being forgotten, and those members of its room that are named and are in it. */
  touch(log: string, epoch: string, memberIds: readonly string[]): Promise<TouchedLog>;

  /** Resolves with whether that could be said now; otherwise it is dropped, and `touch` says who is missing. */
  enter(room: string, member: SharedMember): Promise<boolean>;
  /** The same. Whom nobody names any more is in the room for another 60 s. */
  leave(room: string, id: string): Promise<boolean>;
  /** Who is in a room; those of a process that died are not after at most 60 s. */
  members(room: string): Promise<readonly SharedMember[]>;

  /** Puts a session down, as a whole: one that has begun, or that the engine has forgotten. */
  openSession(record: SessionRecord): Promise<SessionOutcome>;
  /**
   * `undefined` when there is none, or this is not its secret or its user: nothing tells which. Its secrets are the newest and,
   * until the client shows that it has that, the one it came with and all that it was given for it, as claims may come late.
   */
  claimSession(claim: SessionClaim): Promise<ClaimedSession | undefined>;
  /** Puts down what changed, and keeps the session from being forgotten. Of one session, the next is asked after the last one. */
  commitSession(commit: SessionCommit): Promise<SessionOutcome>;
  /**
   * Ends it, unless another process has it. Without a generation whoever has it is told when it puts something
   * down; `said` is kept for that. Whether there was one to end.
   */
  endSession(id: string, generation?: number, said?: string): Promise<boolean>;
  /** What was said when a session was ended that somebody has; `undefined` where nothing was. */
  endOf(id: string): Promise<string | undefined>;
  /** The sessions of a user in all processes. */
  sessionsOf(userId: string): Promise<readonly SessionPlace[]>;
  /** The process that has a session. */
  findSession(id: string): Promise<SessionPlace | undefined>;

  /**
   * Says something to another process. Resolves with whether the process is there to hear it, or `undefined` where it could not
   * be said, or is not known whether it was: then it is dropped. Never rejects.
   */
  tell(processId: string, text: string): Promise<boolean | undefined>;
  /** Says how many clients and which users are here; to be said again every 10 s, and whenever it changes much. */
  beat(clients: number, userIds: Iterable<string>): void;
  counts(): Promise<ClusterCounts>;
  /** Whether a process has been heard of lately. */
  isAlive(processId: string): Promise<boolean>;
}
