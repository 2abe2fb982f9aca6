// One connection: what comes in, what goes out, and its heartbeat. What outlives it is the session.
import { setImmediate } from 'node:timers/promises';
import type { FrameId, Transport, TransportListener } from '@wirepact/core/internal';
import type { Hub } from '../hub.js';
import { nextRecheck } from '../handshake/identity.js';
import { receiveMessage, receiveUrgent } from './incoming.js';
import { Intake } from './intake.js';
import { loseConnection } from '../session/lifecycle.js';
import { Outgoing } from './outgoing.js';
import { catchUp } from '../delivery/replay.js';
import type { Identity, Session } from '../session/session.js';
import type { UpgradeRequest } from '../handshake/upgrade-request.js';

/** Who goes on first when the network takes something; `taken` while those that waited for room write. */
type Turn = 'others' | 'taken' | 'logs';

/** One life of one connection. It listens to its transport itself: an object in between is 0.2 KB per client. */
export class Connection implements TransportListener {
  readonly hub: Hub;
  /** What it was let in on. The token is not in it. */
  readonly request: Omit<UpgradeRequest, 'token'>;
  readonly identity: Identity;
  readonly transport: Transport;
  readonly speaksProtocol: boolean;
  readonly outgoing: Outgoing;
  /** Whose it is; nobody's before its `$hello`. */
  session: Session | undefined;
  /** It has said `$hello`, and it is being found out whose it is. */
  isGreeting = false;
  openedAt: number;
  nextPingAt: number;
  /** When the application is asked again whether its identity holds. */
  nextRecheckAt: number;
  /** When a ping went out that no sign of life came after. */
  pingedAt: number | undefined;
  /** Since when something has waited for it of which nothing is taken. */
  stuckSince: number | undefined;
  /** Whether some of much that waited was taken since it was last looked at. */
  hasTaken = false;
  /** How many bytes its transport had received, and not yet sent of a write, when it was last looked at. */
  seenBytes = 0;
  unsentBytes = 0;
  /** Messages that were no frames, in the 10 s that began with the first of them. */
  badFrames = 0;
  badFramesSince = 0;
  #intake: Intake | undefined;
  #turn: Turn = 'others';

  constructor(hub: Hub, request: UpgradeRequest, identity: Identity, transport: Transport) {
    const { clock, heartbeat } = hub.options;
    const { headers, url, remoteAddress, encrypted } = request;
    this.hub = hub;
    this.request = { headers, url, remoteAddress, encrypted };
    this.identity = identity;
    this.transport = transport;
    this.speaksProtocol = transport.protocol !== '' && transport.protocol === hub.dialect.subprotocol;
    this.outgoing = new Outgoing(transport, hub.options, hub.counters, this.speaksProtocol);
    this.openedAt = clock.now();
    this.nextRecheckAt = nextRecheck(hub);
    this.nextPingAt = this.openedAt + heartbeat.intervalMs * (0.9 + 0.2 * clock.random());
  }

  /** How fast it is read. Made when it says something: most clients only listen. */
  get intake(): Intake {
    return (this.#intake ??= new Intake(this.transport, this.hub.options, this.hub.counters));
  }

  message(text: string | undefined): void {
    // a peer that closes is heard to the end, but for what is another process's to handle
    if (this.#intake?.isStopped !== true) receiveMessage(this, text);
  }

  urgent(text: string): boolean | undefined {
    return this.#intake?.isHeldForHandlers === true ? receiveUrgent(this, text) : undefined;
  }

  drained(): void {
    this.stuckSince = undefined;
    // what the network takes at once, the client need not have taken
    if (this.outgoing.bufferedBytes > 0) this.hasTaken = true;
    const othersGoOn = this.outgoing.drained();
    if (this.session?.behind !== undefined) this.#readLogs(this.session, othersGoOn);
  }

  closed(code: number, reason: string): void {
    loseConnection(this, code, reason);
  }

  /** Nothing is read or written any more. */
  close(code: number, reason: string): void {
    this.outgoing.close();
    this.#intake?.close();
    this.transport.close(code, reason);
  }

  /** Sends one of the protocol's own frames. */
  sendFrame(path: string, data?: unknown, id?: FrameId): void {
    const json = data === undefined ? undefined : JSON.stringify(data);
    this.outgoing.write(this.hub.dialect.encode(path, json, id === undefined ? undefined : { id }));
  }

  /** Logs and those that wait for room, as streams do, take turns: who goes on first may leave the other none. */
  #readLogs(session: Session, othersGoOn: boolean): void {
    // nobody can write: whose turn it is has it when there is room
    if (this.#turn === 'taken' || !this.outgoing.hasRoom) return;
    const isTheirs = othersGoOn && this.#turn === 'others';
    this.#turn = isTheirs ? 'taken' : 'others';
    if (!isTheirs) return catchUp(session);
    void setImmediate().then(() => {
      this.#turn = 'logs';
      catchUp(session);
    });
  }
}
