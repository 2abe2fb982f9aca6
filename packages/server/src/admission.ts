// Who is let in, whatever carries the connection: origin, identity, then a session. Nothing of a connection that is
// refused is ever counted as a client, listed or told of.
import { randomBytes } from 'node:crypto';
import { isSocketError } from '@wirepact/core';
import { closeCodes, tokenPrefix, type Transport } from '@wirepact/core/internal';
import type { Hub } from './hub.js';
import { identify, refusalCloseCode } from './identity.js';
import { startSession } from './lifecycle.js';
import { isOriginAllowed } from './origin.js';
import { Session, type Identity } from './session.js';
import type { UpgradeRequest } from './upgrade-request.js';

/** Whether a connection may be made, and what to do with it then. */
export type Admission =
  | { readonly accepted: false; readonly status: number; readonly reason: string }
  | {
      readonly accepted: true;
      /** The subprotocol to agree on. */
      readonly protocol: string | undefined;
      /** Hands the connection over once it is made. */
      readonly open: (transport: Transport) => void;
    };

/** Identities that are being found out at a time; more than these is an attack or an outage. */
const maxPendingIdentities = 1_000;

/** Decides about connections. */
export class Gate {
  readonly #hub: Hub;
  #pending = 0;
  #closed = false;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** Lets nobody in from now on. */
  close(): void {
    this.#closed = true;
  }

  async admit(offered: UpgradeRequest): Promise<Admission> {
    const { hooks, counters, dialect } = this.#hub;
    if (this.#closed) return refuse(503, 'the server is closing');
    if (!isOriginAllowed(offered, hooks.origins)) {
      counters.refused.origin += 1;
      return refuse(403, 'this origin may not connect');
    }
    if (this.#pending >= maxPendingIdentities) {
      counters.refused.overload += 1;
      return refuse(503, 'too many connections are being made');
    }
    const protocols = readProtocols(offered);
    const request = readToken(hooks.origins === '*' ? withoutCookies(offered) : offered, protocols);
    const protocol = protocols.find((name) => name === dialect.subprotocol);
    this.#pending += 1;
    try {
      const identity = await identify(this.#hub, request);
      if (this.#closed) return refuse(503, 'the server is closing');
      return { accepted: true, protocol, open: (transport) => this.#open(transport, request, identity) };
    } catch (error) {
      counters.refused.identity += 1;
      return protocol === undefined ? refuseByStatus(error) : refuseByCloseCode(error, protocol);
    } finally {
      this.#pending -= 1;
    }
  }

  #open(transport: Transport, request: UpgradeRequest, identity: Identity): void {
    if (this.#closed) {
      transport.close(closeCodes.goingAway, 'the server is closing');
      return;
    }
    const session = new Session(
      this.#hub,
      `s_${randomBytes(16).toString('base64url')}`,
      request,
      identity,
      transport,
    );
    startSession(this.#hub, session);
  }
}

function refuse(status: number, reason: string): Admission {
  return { accepted: false, status, reason };
}

function refuseByStatus(error: unknown): Admission {
  if (isSocketError(error, 'unauthenticated')) return refuse(401, 'unauthenticated');
  if (isSocketError(error, 'forbidden')) return refuse(403, 'forbidden');
  return isSocketError(error, 'overloaded') ? refuse(503, 'overloaded') : refuse(500, 'internal');
}

/** A browser cannot see the status of a refused upgrade, so a client of ours is let in to be told by a close code. */
function refuseByCloseCode(error: unknown, protocol: string): Admission {
  const reason = isSocketError(error) ? error.code : 'internal';
  return {
    accepted: true,
    protocol,
    open(transport) {
      transport.listen({ message() {}, binary() {}, pong() {}, drained() {}, closed() {} });
      transport.close(refusalCloseCode(error), reason);
    },
  };
}

function readProtocols({ headers }: UpgradeRequest): readonly string[] {
  const header = headers['sec-websocket-protocol'];
  return typeof header === 'string' ? header.split(',').map((name) => name.trim()) : [];
}

/** Takes the token out of the headers, where handlers and logs would see it. */
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

/** Where every page may connect, cookies say nothing about who is asking: the page may be anybody's. */
function withoutCookies(request: UpgradeRequest): UpgradeRequest {
  const { cookie: _, ...headers } = request.headers;
  return { ...request, headers };
}
