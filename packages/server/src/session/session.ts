// One client as the server knows it, across its connections: its identity, rooms and running handlers. What happens to it is
// decided elsewhere: lifecycle.ts opens, suspends and ends it, resume.ts resumes it, dispatch.ts and protocol-frames.ts handle
// what it sends.
import type { FrameId } from '@wirepact/core/internal';
import { AnswerStore } from '../routing/answer-store.js';
import type { Call } from '../routing/call.js';
import type { Connection } from '../connection/connection.js';
import type { Pace } from '../connection/intake.js';
import type { AnySocket, Hub } from '../hub.js';
import { Inbox } from '../delivery/inbox.js';
import { Questions } from '../routing/questions.js';
import type { Reader } from '../delivery/replay.js';
import { ResumeToken } from './resume-token.js';
import type { Membership } from '../rooms/rooms.js';
import { createSessionId } from '../secrets.js';
import type { SharedSession } from '../cluster/shared-session.js';
import { SocketHandle } from './socket-handle.js';
import type { UpgradeRequest } from '../handshake/upgrade-request.js';
import { Waiters } from '../waiters.js';

/** What `authenticate` made of a client. */
export interface Identity {
  readonly context: unknown;
  readonly userId: string | undefined;
  /** In ms since the epoch. */
  readonly expiresAt: number | undefined;
}

/**
 * - `open`: counted, listed, in its rooms, and connected;
 * - `suspended`: the same, and its connection is away;
 * - `ending`: still counted and in its rooms, while `onDisconnect` runs;
 * - `ended`: gone.
 */
export type SessionState = 'open' | 'suspended' | 'ending' | 'ended';

/** A client asked to join a room, perhaps more than once. */
export interface JoinAttempt {
  /** How many decisions are still to come. */
  undecided: number;
}

/** One client as the server knows it. */
export class Session {
  readonly hub: Hub;
  readonly id: string;
  readonly speaksProtocol: boolean;
  readonly socket: AnySocket;
  readonly resumeToken: ResumeToken = new ResumeToken();
  /** Its place among everyone. */
  readonly everyone: Membership;
  state: SessionState = 'open';
  /** There while it is `open`. */
  connection: Connection | undefined;
  /** What its last connection was let in on. */
  request: Omit<UpgradeRequest, 'token'>;
  identity: Identity;
  /** When it lost its connection, and how. */
  suspendedAt = 0;
  lostWith: { readonly code: number; readonly reason: string } = { code: 0, reason: '' };
  /** The newest token it sent, until that has been checked. */
  offeredToken: { readonly token: unknown } | undefined;
  /** When it was asked for a new token. */
  askedForTokenAt: number | undefined;
  /** The highest number it gave a message; every lower one has been seen too, or never will be. */
  highest = 0;
  /** Messages without a number. */
  unnumbered = 0;
  /** Numbered events that were handled since it was last told so. */
  unacknowledged = 0;
  /** How fast it may be read, which outlives its connections. */
  pace: Pace | undefined;
  /** When it may join as many rooms at once again as ever. */
  joinsFullAt = 0;
  handlersInFlight = 0;
  /** Messages that were sent because of what it said, each receiver counted. */
  setOff = 0;
  streamsInFlight = 0;
  /** The logs it is behind of, by name: it is read to from them until it has caught up. */
  behind: Map<string, Reader> | undefined;
  /** What was sent to it alone, made with the first of that. */
  inbox: Inbox | undefined;
  /** What it was answered. */
  answers: AnswerStore | undefined;
  /** What other processes could go on from, where there are any. */
  shared: SharedSession | undefined;
  // made when somebody waits
  #idle: Waiters | undefined;
  #pong: Waiters | undefined;
  // made when somebody looks: a client that says nothing needs none of them, and they are 1 KB
  #rooms: Set<string> | undefined;
  #joining: Map<string, JoinAttempt> | undefined;
  #calls: Set<Call> | undefined;
  #questions: Questions | undefined;

  constructor(connection: Connection, everyone: Membership, id: string = createSessionId()) {
    const { hub, request, identity, speaksProtocol } = connection;
    this.hub = hub;
    this.id = id;
    this.speaksProtocol = speaksProtocol;
    this.connection = connection;
    this.request = request;
    this.identity = identity;
    this.everyone = everyone;
    // its paths are strings here and the contract's names outside
    this.socket = new SocketHandle(this) as unknown as AnySocket;
  }

  get userId(): string | undefined {
    return this.identity.userId;
  }

  /** Whether it is here, connected or not. */
  get isHere(): boolean {
    return this.state === 'open' || this.state === 'suspended';
  }

  /** Whether its client goes on in another process, or may. */
  get isLetGo(): boolean {
    return this.shared?.isLetGo === true;
  }

  get rooms(): Set<string> {
    return (this.#rooms ??= new Set());
  }

  /** The rooms it asked to join, while that is being decided. */
  get joining(): Map<string, JoinAttempt> {
    return (this.#joining ??= new Map());
  }

  /** Messages that are being handled, and streams that run. */
  get calls(): Set<Call> {
    return (this.#calls ??= new Set());
  }

  /** What it was asked and has not yet answered. */
  get questions(): Questions {
    return (this.#questions ??= new Questions(this, this.hub.options.clock, this.shared?.questionPrefix));
  }

  openInbox(): Inbox {
    return (this.inbox ??= new Inbox(this, this.hub.openLog));
  }

  openAnswers(): AnswerStore {
    return (this.answers ??= new AnswerStore(this.hub.options.session));
  }

  /** The running call that the client knows by this id. */
  findCall(id: FrameId): Call | undefined {
    for (const call of this.calls) if (call.id === id) return call;
    return undefined;
  }

  /** Resolves once none of its handlers runs, streams aside, or once it has ended. */
  async idle(): Promise<void> {
    if (this.handlersInFlight === 0) return;
    await (this.#idle ??= new Waiters()).wait();
  }

  /** None of its handlers runs any more, or nobody waits for them. */
  noteIdle(): void {
    this.#idle?.wakeAll();
  }

  /** Resolves once the client has said that it is there, and with that all it said before; or that cannot be heard any more. */
  async ping(): Promise<void> {
    if (this.connection === undefined) return;
    const heard = (this.#pong ??= new Waiters()).wait();
    this.sendFrame('$ping');
    await heard;
  }

  /** It said so, or cannot. */
  notePong(): void {
    this.#pong?.wakeAll();
  }

  /** Writes to its connection. While there is none, what is only of use now is dropped; the rest is kept by its sender. */
  write(text: string): void {
    this.connection?.outgoing.write(text);
  }

  /**
   * Writes one after the other to the connection that it has now, each once there is room for it. What `textOf` then has no text
   * for is left out.
   */
  async writeInTurn<T>(items: Iterable<T>, textOf: (item: T) => string | undefined): Promise<void> {
    const { connection } = this;
    for (const item of items) {
      while (connection?.outgoing.hasRoom === false) await connection.outgoing.roomForMore();
      if (this.connection !== connection) return;
      const text = textOf(item);
      if (text !== undefined) this.write(text);
    }
  }

  /** Sends one of the protocol's own frames. */
  sendFrame(path: string, data?: unknown, id?: FrameId): void {
    this.connection?.sendFrame(path, data, id);
  }
}
