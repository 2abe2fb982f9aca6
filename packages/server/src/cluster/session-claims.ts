// Claims a session for the process that its client came to; a second time if the engine may not have been told yet again what
// it had lost.
import type { Broker, ClaimedSession } from './broker.js';
import type { Connection } from '../connection/connection.js';
import { findResumable, type Hello } from '../session/hello.js';
import type { Hub } from '../hub.js';
import { hashOf } from '../secrets.js';
import { graceMs } from './shared-sender.js';

/** What takes longer has waited for an engine that was away. */
const promptMs = 100;

/** A client that comes back. */
export interface ReturningClient {
  readonly connection: Connection;
  readonly hello: Hello;
  readonly id: string;
  /** The secret that it came with. */
  readonly token: string;
  /** When it said `$hello`. */
  readonly saidAt: number;
}

/** What claims need of the process. */
export interface ClaimsHost {
  readonly broker: Broker;
  readonly hub: Hub;
  readonly pause: (delayMs: number) => Promise<void>;
}

/** `undefined` where nobody has the session, or it is not this client's. @throws what keeps it from being looked up */
export async function claimSession(
  host: ClaimsHost,
  client: ReturningClient,
  secret: string,
): Promise<ClaimedSession | undefined> {
  const { broker, hub } = host;
  const { connection, hello, id, token } = client;
  const { identity } = connection;
  const claim = { id, userId: identity.userId, token: hashOf(token), nextToken: hashOf(secret) };
  const local = hub.roster.find(id)?.shared;
  if (local !== undefined) local.claims += 1;
  // what it waited for before says nothing of the engine
  const askedAt = hub.options.clock.now();
  try {
    const claimed = await broker.claimSession(claim);
    if (claimed !== undefined) return claimed;
    const known = findResumable(hub, hello, identity)?.shared;
    if (known !== undefined) await known.commit();
    else if (!(await othersHadTime(host, askedAt))) return undefined;
    // a connection that is gone by now takes it from nobody
    return connection.outgoing.isClosed ? undefined : await broker.claimSession(claim);
  } finally {
    if (local !== undefined) local.claims -= 1;
  }
}

/** Whether it took so little time that the engine was there, and a client that waits for it is, as far as is known. */
export function isPrompt({ options }: Hub, since: number): boolean {
  return options.clock.now() - since <= promptMs;
}

/** Whether others may just have had to put down again what is theirs. Where that may be, they are waited for. */
async function othersHadTime({ hub, pause }: ClaimsHost, askedAt: number): Promise<boolean> {
  const isLate = !isPrompt(hub, askedAt);
  // the engine was away, and this process may not have been told yet that it is back
  if (isLate) await pause(graceMs);
  const wereAwaited = await hub.cluster?.waitForOthers();
  return isLate || wereAwaited === true;
}
