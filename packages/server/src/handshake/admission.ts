// Decides who is let in, whatever carries the connection: origin, identity, then a session. A refused connection never
// counts as a client, is listed or is announced.
import { SocketError } from '@wirepact/core';
import { closeCodes, tokenPrefix, type Transport } from '@wirepact/core/internal';
import { Capacity, type AskingUser, type Lack } from './capacity.js';
import { addressOf, countedAs } from './client-address.js';
import { Heartbeat } from '../connection/heartbeat.js';
import { putDownSessions } from '../session/drain.js';
import { isForwarded, isHostAllowed } from './host.js';
import type { Hub } from '../hub.js';
import { identify, refusalOf } from './identity.js';
import { Connection } from '../connection/connection.js';
import { startConnection } from '../connection/incoming.js';
import { closeConnection, endSession, isKeptElsewhere, letGo } from '../session/lifecycle.js';
import type { AskedAt } from '../session/logouts.js';
import { isOriginAllowed } from './origin.js';
import type { Identity } from '../session/session.js';
import type { UpgradeRequest } from './upgrade-request.js';

/** Whether a connection is accepted. If not, `status` and `reason` are those of the HTTP response. */
export type Admission =
  | { readonly accepted: false; readonly status: number; readonly reason: string }
  | {
      readonly accepted: true;
      /** The subprotocol to agree on. */
      readonly protocol: string | undefined;
      /** Hands the connection over, once it is made. */
      readonly open: (transport: Transport) => void;
    };

const closing = { accepted: false, status: 503, reason: 'the server is closing' } as const;

/** Refuses a connection whose user was logged out while it was being authenticated. */
const loggedOut = new SocketError('unauthenticated', '[unauthenticated] the user was logged out meanwhile');

/** A connection that was accepted, and what was known then. */
interface Admitted {
  readonly request: UpgradeRequest;
  readonly identity: Identity;
  readonly address: string | undefined;
  readonly user: AskingUser;
  readonly askedAt: AskedAt;
}

/** Decides about connections. */
export class Gate {
  readonly #hub: Hub;
  readonly #heartbeat: Heartbeat;
  readonly #capacity: Capacity;
  #isClosed = false;

  constructor(hub: Hub) {
    this.#hub = hub;
    this.#heartbeat = new Heartbeat(hub);
    this.#capacity = new Capacity(hub);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Lets nobody in from now on. */
  shut(): void {
    this.#isClosed = true;
    for (const giveUp of this.#hub.identifying) giveUp(closing.reason);
  }

  /** Lets nobody in from now on, and ends every session; at once, unless others are to know first what was handled of it. */
  async close(): Promise<void> {
    this.shut();
    if (this.#hub.cluster !== undefined) await putDownSessions(this.#hub);
    const { roster, connections, acknowledgements, checking } = this.#hub;
    for (const session of roster.all()) {
      const leave = isKeptElsewhere(session) ? letGo : endSession;
      leave(session, closeCodes.goingAway, closing.reason);
    }
    for (const connection of connections) closeConnection(connection, closeCodes.goingAway, closing.reason);
    for (const giveUp of checking) giveUp(closing.reason);
    this.#heartbeat.stop();
    acknowledgements.stop();
  }

  /** Never rejects. `hosts` are the names for whom no proxy passes on, where no others are given as an option. */
  async admit(offered: UpgradeRequest, hosts?: readonly string[]): Promise<Admission> {
    const { hooks, options, counters, dialect, identifying, logouts } = this.#hub;
    if (this.#isClosed) return closing;
    if (this.#hub.cluster?.isReady === false) {
      counters.refused.overload += 1;
      return { accepted: false, status: 503, reason: 'the server is not ready yet' };
    }
    const located = { ...offered, remoteAddress: addressOf(offered, options.proxies) };
    const address = countedAs(located.remoteAddress);
    const lack = this.#capacity.ask(address);
    // by a status whoever asks: a handshake is what is spared
    if (lack !== undefined) return { accepted: false, status: lack.status, reason: lack.reason };
    const { host } = offered.headers;
    const names = hooks.hosts ?? (isForwarded(offered) ? undefined : hosts);
    if (!isHostAllowed(typeof host === 'string' ? host : undefined, names)) {
      counters.refused.host += 1;
      return {
        accepted: false,
        status: 421,
        reason: 'the server is not asked for by this name; see `hosts`',
      };
    }
    const protocols = readProtocols(located);
    const { token, ...shown } = readToken(located, protocols);
    if (!this.#allowsOrigin(shown)) {
      counters.refused.origin += 1;
      return { accepted: false, status: 403, reason: 'this origin may not connect' };
    }
    if (identifying.size >= options.limits.maxAuthenticating) {
      counters.refused.overload += 1;
      return { accepted: false, status: 503, reason: 'too many connections are being made' };
    }
    const protocol = protocols.find((name) => name === dialect.subprotocol);
    const known = hooks.origins === '*' ? withoutCredentials(shown) : shown;
    const request = token === undefined ? known : { ...known, token };
    const askedAt = logouts.begin();
    try {
      const identity = await identify(this.#hub, request, identifying);
      if (logouts.hasSince(askedAt, identity.userId)) throw loggedOut;
      const user = { id: identity.userId, willGreet: protocol !== undefined };
      const none = this.#capacity.findLack(address, user);
      if (none !== undefined) return refuse(none, protocol);
      return {
        accepted: true,
        protocol,
        open: (transport) => this.#open(transport, { request, identity, address, user, askedAt }),
      };
    } catch (error) {
      if (this.#isClosed) return closing;
      counters.refused.identity += 1;
      return refuse(refusalOf(error), protocol);
    }
  }

  #allowsOrigin(request: UpgradeRequest): boolean {
    try {
      return isOriginAllowed(request, this.#hub.hooks.origins, (error) => this.#hub.report(error));
    } catch (error) {
      this.#hub.report(error);
      return false;
    }
  }

  #open(transport: Transport, { request, identity, address, user, askedAt }: Admitted): void {
    if (this.#isClosed) return closeAtOnce(transport, closeCodes.goingAway, closing.reason);
    if (this.#hub.logouts.hasSince(askedAt, identity.userId)) {
      const { closeCode, reason } = refusalOf(loggedOut);
      return closeAtOnce(transport, closeCode, reason);
    }
    // others may have come between the answer and this
    const lack = this.#capacity.findLack(address, user);
    if (lack !== undefined) return closeAtOnce(transport, lack.closeCode, lack.reason);
    startConnection(new Connection(this.#hub, request, identity, transport));
    this.#heartbeat.start();
  }
}

/** A browser cannot see the status of a refused upgrade, so a client of ours is let in to be told by a close code. */
function refuse({ status, closeCode, reason }: Lack, protocol: string | undefined): Admission {
  if (protocol === undefined) return { accepted: false, status, reason };
  return { accepted: true, protocol, open: (transport) => closeAtOnce(transport, closeCode, reason) };
}

function closeAtOnce(transport: Transport, code: number, reason: string): void {
  transport.listen({ message() {}, drained() {}, closed() {} });
  transport.close(code, reason);
}

/** Nobody offers more than two or three. */
const maxOffers = 100;

function readProtocols({ headers }: UpgradeRequest): readonly string[] {
  const header = headers['sec-websocket-protocol'];
  return typeof header === 'string' ? header.split(',', maxOffers).map((name) => name.trim()) : [];
}

/** Takes the token out of the headers, where whoever decides about origins, handlers and logs would see it. */
function readToken(request: UpgradeRequest, protocols: readonly string[]): UpgradeRequest {
  const encoded = protocols.find((name) => name.startsWith(tokenPrefix));
  if (encoded === undefined) return request;
  const { 'sec-websocket-protocol': _, ...headers } = request.headers;
  return {
    ...request,
    headers,
    token: Buffer.from(encoded.slice(tokenPrefix.length), 'base64url').toString(),
  };
}

/** What a browser attaches by itself once its user has signed in (RFC 7617, 7616, 4559). */
const attached = /^(basic|digest|negotiate|ntlm)\b/i;

/** Where every page may connect, what browsers send by themselves says nothing about who is asking: the page may be anybody's. */
function withoutCredentials(request: UpgradeRequest): UpgradeRequest {
  const { cookie: _, authorization, ...headers } = request.headers;
  const isAttached =
    headers['origin'] !== undefined && typeof authorization === 'string' && attached.test(authorization);
  return {
    ...request,
    headers: authorization === undefined || isAttached ? headers : { ...headers, authorization },
  };
}
