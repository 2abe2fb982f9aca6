// Greets clients that any process can serve: goes on with the sessions that they had, wherever those are, and begins new ones.
import { closeCodes, closedAbnormally } from '@wirepact/core/internal';
import type { ClaimedSession } from './broker.js';
import type { Connection } from '../connection/connection.js';
import { isElsewhere, type Departures } from './departures.js';
import type { HandOvers } from './hand-overs.js';
import type { Hello } from '../session/hello.js';
import type { Hub } from '../hub.js';
import { loseConnection, openSession, suspendSession } from '../session/lifecycle.js';
import { combineKnown, isOver } from './known-session.js';
import { restoreSession } from './restore-session.js';
import { resumeSession } from '../session/resume.js';
import { Returns } from './returns.js';
import { createSecret, createSessionId, hashOf } from '../secrets.js';
import { Semaphore } from '../semaphore.js';
import { claimSession, isPrompt, type ClaimsHost, type ReturningClient } from './session-claims.js';
import type { Session } from '../session/session.js';
import { encodeNewState } from './session-state.js';
import { inboxLogOf } from './shared-sender.js';
import type { SharedSessionHost } from './shared-session.js';
import type { TakeOver, TakeOvers } from './take-overs.js';

/**
 * After an outage thousands come back at once. Were all of them under way together, each turn of the event loop would have the
 * answers for hundreds, for which everybody else waits, and the last would wait for the engine until it has given up.
 */
export const returnsAtOnce = 256;

/** Who waits so long for the process that had a session may be missing all messages, in ms: also that another one has claimed it. */
const longTakeMs = 1_000;

/** A client that comes back to a session that was claimed for it. */
interface ClaimingClient extends ReturningClient {
  readonly claimed: ClaimedSession;
  /** Whether the claim had to wait for the engine. */
  readonly isLate: boolean;
  /** What it comes back with next. */
  readonly secret: string;
  readonly takeOver: TakeOver;
}

/** What greeting needs of the process. */
export interface GreetingsHost extends ClaimsHost {
  readonly processId: string;
  readonly sessions: SharedSessionHost & { fenced(session: Session): void };
  readonly departures: Departures;
  readonly handOvers: HandOvers;
  readonly takeOvers: TakeOvers;
  /** Runs something later; returns what calls that off. */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

/** Greets those who connect to this process. */
export class Greetings {
  readonly #host: GreetingsHost;
  readonly #hub: Hub;
  readonly #semaphore = new Semaphore(returnsAtOnce);
  readonly #returns = new Returns();

  constructor(host: GreetingsHost) {
    this.#host = host;
    this.#hub = host.hub;
  }

  /** Settles when it is decided whether a client that is coming back goes on here. */
  returning(id: string): Promise<void> {
    return this.#returns.decided(id);
  }

  /** Goes on with the session that a client had, wherever that is; with a new one where it cannot. Never rejects. */
  async greet(connection: Connection, hello: Hello): Promise<void> {
    const { session: id, token } = hello;
    if (id === undefined || token === undefined)
      return this.#insured(connection, this.#begin(connection, hello));
    const client = { connection, hello, id, token, saidAt: this.#hub.options.clock.now() };
    const goOn = (): Promise<void> => this.#semaphore.run(() => this.#return(client));
    await this.#returns.run(id, token, () => this.#insured(connection, goOn()));
  }

  /** What goes wrong with one client ends its connection and nothing else: it comes back. */
  async #insured(connection: Connection, greeted: Promise<void>): Promise<void> {
    try {
      await greeted;
    } catch (error) {
      this.#hub.report(error);
      connection.closed(closeCodes.internal, 'the client could not be greeted');
    }
  }

  async #return(client: ReturningClient): Promise<void> {
    const { connection, hello, id } = client;
    if (connection.outgoing.isClosed) return;
    const secret = createSecret();
    const askedAt = this.#hub.options.clock.now();
    const claim = claimSession(this.#host, client, secret);
    await this.#host.takeOvers.run(id, claim, async (takeOver) => {
      let claimed: ClaimedSession | undefined;
      try {
        claimed = await claim;
      } catch (error) {
        // it is not known whether there is one: the client asks again
        this.#hub.report(error);
        return connection.closed(closeCodes.internal, 'sessions cannot be looked up now');
      }
      if (claimed === undefined) return this.#begin(connection, hello);
      const isLate = !isPrompt(this.#hub, askedAt);
      const taken = { ...client, claimed, isLate, secret, takeOver };
      await this.#returns.goOn(id, () => this.#goOn(taken));
    });
  }

  async #goOn(client: ClaimingClient): Promise<void> {
    const { connection, hello, token, secret, takeOver } = client;
    // also where the connection is gone by now: nobody else has the session any more
    const [session, wasLong] = await this.#watch(this.#take(client));
    if (session === undefined) return this.#begin(connection, hello);
    if (wasLong) {
      // what opens it is put down too, should the engine have forgotten it
      session.resumeToken.rotate(token, secret);
      // another process may have claimed it meanwhile, and not have been heard here: then the engine takes nothing of it
      await session.shared?.commit();
    }
    // it is handed over at once
    const { overtakenWith = session.isHere ? undefined : closeCodes.internal } = takeOver;
    if (overtakenWith !== undefined) return connection.closed(overtakenWith, isElsewhere);
    if (!connection.outgoing.isClosed && resumeSession(session, connection, hello, secret)) return;
    session.resumeToken.rotate(token, secret);
    this.#waitAgain(session);
  }

  /** What was taken, and whether that took long. */
  async #watch<TTaken>(taking: Promise<TTaken>): Promise<readonly [taken: TTaken, wasLong: boolean]> {
    const { clock } = this.#hub.options;
    const beganAt = clock.now();
    let wasLong = false;
    const stop = this.#host.after(longTakeMs, () => (wasLong = true));
    try {
      const taken = await taking;
      // the clock may have been set back; and where the process stood still, timers come last
      return [taken, wasLong || clock.now() - beganAt >= longTakeMs];
    } finally {
      stop();
    }
  }

  /** `undefined` where the session has ended, and the engine had not heard of that. */
  async #take(client: ClaimingClient): Promise<Session | undefined> {
    const { processId: here, sessions, departures, handOvers } = this.#host;
    const { connection, hello, id, claimed, isLate } = client;
    const local = this.#hub.roster.find(id);
    const { generation, processId } = claimed;
    if (local?.shared !== undefined && local.isHere) {
      const isNext = processId === here && local.shared.generation === generation - 1;
      if (isNext) {
        local.shared.claimedAgain(generation);
        return local;
      }
      sessions.fenced(local);
    }
    const isThere = isPrompt(this.#hub, client.saidAt) && !connection.outgoing.isClosed;
    const asked = { id, generation, to: here, isThere };
    // this process may have had it too, or have claimed it and never heard of that
    const own = departures.handOver(asked);
    const others = claimed.holders.filter((holder) => holder !== here);
    const handedOver = [own, ...(await handOvers.askAll(others, asked, isLate))];
    if (isOver(handedOver)) return void this.#hub.cluster?.ends.endSession(id, generation);
    const known = combineKnown(claimed, handedOver);
    const session = restoreSession({ id, claimed, known, connection, hello }, sessions);
    this.#hub.roster.add(session);
    // those that have answered know where it is
    const handling = new Set(known.running.values());
    for (const { from } of handedOver) handling.delete(from);
    for (const by of handling) void departures.want(session, by);
    return session;
  }

  /** A connection that was to go on with a session was closed before it could. */
  #waitAgain(session: Session): void {
    // one that waited before is waited for as it was
    if (!session.isHere || this.#hub.suspended.has(session)) return;
    // gone before it was greeted
    if (session.connection === undefined) return suspendSession(session, closedAbnormally, '');
    // what the client says here would confirm a secret that it never got: it is to come back
    loseConnection(session.connection, closeCodes.internal, 'the client has tried to return');
  }

  /**
   * Puts a session down before its client hears of it: from then on other processes can send to it. Where that cannot be, it
   * begins all the same, and is put down later.
   */
  async #begin(connection: Connection, hello: Hello): Promise<void> {
    const { broker } = this.#host;
    const { identity } = connection;
    if (connection.outgoing.isClosed) return;
    const id = createSessionId();
    const secret = createSecret();
    let isPut = false;
    try {
      await broker.follow(inboxLogOf(id));
      const record = { id, userId: identity.userId, token: hashOf(secret), state: encodeNewState(this.#hub) };
      isPut = (await broker.openSession(record)) === 'kept';
    } catch (error) {
      this.#hub.report(error);
    }
    if (!connection.outgoing.isClosed) openSession(connection, hello, { id, secret, isPut });
    if (connection.session !== undefined) return;
    broker.unfollow(inboxLogOf(id));
    broker.endSession(id, 1).catch((error: unknown) => this.#hub.report(error));
  }
}
