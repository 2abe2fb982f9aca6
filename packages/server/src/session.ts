// One client as the server knows it: who it is, what it is doing, the way out to it. What happens to it is decided
// elsewhere: lifecycle.ts opens and ends it, dispatch.ts and protocol-frames.ts handle what it sends.
import type { FrameId, Transport } from '@wirepact/core/internal';
import type { Call } from './call.js';
import type { AnySocket, Hub } from './hub.js';
import { Intake } from './intake.js';
import { Outgoing } from './outgoing.js';
import { Questions } from './questions.js';
import { createSessionId } from './session-id.js';
import { SocketHandle } from './socket-handle.js';
import type { UpgradeRequest } from './upgrade-request.js';

/** What `authenticate` made of a client. */
export interface Identity {
  readonly context: unknown;
  readonly userId: string | undefined;
  /** In ms since the epoch. */
  readonly expiresAt: number | undefined;
}

/**
 * - `greeting`: connected, has not said `$hello` yet, nobody knows of it;
 * - `open`: counted, listed, in its rooms;
 * - `ending`: still counted and in its rooms, while `onDisconnect` runs;
 * - `ended`: gone.
 */
export type SessionState = 'greeting' | 'open' | 'ending' | 'ended';

/** One client as the server knows it. */
export class Session {
  readonly hub: Hub;
  readonly id: string = createSessionId();
  /** What it was let in on. The token is not in it. */
  readonly request: Omit<UpgradeRequest, 'token'>;
  readonly transport: Transport;
  readonly speaksProtocol: boolean;
  readonly outgoing: Outgoing;
  readonly socket: AnySocket;
  state: SessionState = 'greeting';
  identity: Identity;
  /** The newest token it sent, until that has been checked. */
  offeredToken: { readonly token: unknown } | undefined;
  /** When it was asked for a new token. */
  askedForTokenAt: number | undefined;
  messageCount = 0;
  /** When it may join as many rooms at once again as ever. */
  joinsFullAt = 0;
  /** Messages that were no frames, in the 10 s that began with the first of them. */
  badFrames = 0;
  badFramesSince = 0;
  handlersInFlight = 0;
  streamsInFlight = 0;
  #idle: (() => void) | undefined;
  readonly openedAt: number;
  nextPingAt: number;
  /** When a ping went out that no sign of life came after. */
  pingedAt: number | undefined;
  /** What its transport had received, and held, when that was last looked at. */
  seenBytes = 0;
  heldBytes = 0;
  // made when somebody looks: a client that says nothing needs none of them, and they are 1 KB
  #rooms: Set<string> | undefined;
  #joining: Map<string, symbol> | undefined;
  #calls: Set<Call> | undefined;
  #questions: Questions | undefined;
  #intake: Intake | undefined;

  constructor(hub: Hub, request: UpgradeRequest, identity: Identity, transport: Transport) {
    const { clock, heartbeat } = hub.options;
    const { headers, url, remoteAddress, encrypted } = request;
    this.hub = hub;
    this.request = { headers, url, remoteAddress, encrypted };
    this.identity = identity;
    this.transport = transport;
    this.speaksProtocol = transport.protocol !== '' && transport.protocol === hub.dialect.subprotocol;
    this.outgoing = new Outgoing(transport, hub.options, hub.counters, this.speaksProtocol);
    // its paths are strings here and the contract's names outside
    this.socket = new SocketHandle(this) as unknown as AnySocket;
    this.openedAt = clock.now();
    this.nextPingAt = this.openedAt + heartbeat.intervalMs * (0.9 + 0.2 * clock.random());
  }

  get userId(): string | undefined {
    return this.identity.userId;
  }

  get rooms(): Set<string> {
    return (this.#rooms ??= new Set());
  }

  /** The rooms it asked to join, while that is being decided. */
  get joining(): Map<string, symbol> {
    return (this.#joining ??= new Map());
  }

  /** Messages that are being handled, and streams that run. */
  get calls(): Set<Call> {
    return (this.#calls ??= new Set());
  }

  /** What it was asked and has not yet answered. */
  get questions(): Questions {
    return (this.#questions ??= new Questions(this.hub.options.clock));
  }

  /** How fast it is read. */
  get intake(): Intake {
    return (this.#intake ??= new Intake(this.transport, this.hub.options, this.hub.counters));
  }

  /** The running call that the client knows by this id. */
  findCall(id: FrameId): Call | undefined {
    for (const call of this.calls) if (call.id === id) return call;
    return undefined;
  }

  /** Resolves once none of its handlers runs, streams aside, or once it has ended. */
  async idle(): Promise<void> {
    if (this.handlersInFlight === 0) return;
    // whoever else waits already goes on as well
    const others = this.#idle;
    await new Promise<void>((resolve) => {
      this.#idle = () => {
        others?.();
        resolve();
      };
    });
  }

  /** None of its handlers runs any more, or nobody waits for them. */
  noteIdle(): void {
    this.#idle?.();
  }

  /** Sends one of the protocol's own frames. */
  sendFrame(path: string, data?: unknown, id?: FrameId): void {
    const json = data === undefined ? undefined : JSON.stringify(data);
    this.outgoing.write(this.hub.dialect.encode(path, json, id === undefined ? undefined : { id }));
  }
}
