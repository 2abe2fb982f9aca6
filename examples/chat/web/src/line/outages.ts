// The times when the connection was lost, newest first. This only observes: the client itself decides when to reconnect
// and what to recover.
import type { Channels } from '@wirepact-example/chat-contract';
import type { Client, ClientStatus, CloseReason, Gap } from '@wirepact/client';

export interface Outage {
  readonly id: number;
  readonly lostAt: number;
  readonly reason: CloseReason;
  readonly attempts: number;
  /** How the connection came back; absent while it is lost. */
  readonly end?: Return;
}

interface Return {
  readonly at: number;
  /** Whether the session was resumed: what the server sent meanwhile then arrives by itself. */
  readonly resumed: boolean;
  /** The moment until which the server held messages back, by its own clock; absent until the server says it. */
  readonly heldBackUntil?: number;
  /** Why some messages cannot be recovered, if there is a gap. */
  readonly gap?: Gap['why'];
}

export interface Outages {
  readonly subscribe: (listener: () => void) => () => void;
  readonly list: () => readonly Outage[];
  /** Whether an outage has just ended: messages that are found missing now were missed meanwhile. */
  readonly isJustBack: () => boolean;
  /** Records what the server says about a reconnect. */
  readonly heldBackUntil: (at: number) => void;
}

const remembered = 5;
/** How long after a reconnect a gap still belongs to it, in ms. A reader that is too slow has gaps at any time. */
const settlingMs = 5_000;

export function watchOutages(
  client: Pick<Client<Channels>, 'onStatus' | 'onGap'>,
  now: () => number = Date.now,
): Outages {
  let outages: readonly Outage[] = [];
  let wasConnected = false;
  const listeners = new Set<() => void>();
  function become(next: readonly Outage[]): void {
    if (next === outages) return;
    outages = next;
    for (const listener of listeners) listener();
  }
  client.onStatus((status) => {
    wasConnected ||= status.name === 'connected';
    // what was never there cannot be lost: until then, attempts only fail
    if (wasConnected) become(afterStatus(outages, status, now()));
  });
  function isJustBack(): boolean {
    const end = outages[0]?.end;
    return end !== undefined && now() - end.at <= settlingMs;
  }
  client.onGap(({ log, why }) => {
    // after a lost session every log has a gap; only the log of everyone lives as long as the server
    const isTelling = log === 'everyone' || outages[0]?.end?.resumed === true;
    if (isTelling && isJustBack()) become(afterReturn(outages, { gap: why }));
  });
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    list: () => outages,
    isJustBack,
    heldBackUntil: (at) => become(afterReturn(outages, { heldBackUntil: at })),
  };
}

/** The outage that has not ended, if there is one. */
export function ongoingOutage([newest]: readonly Outage[]): Outage | undefined {
  return newest?.end === undefined ? newest : undefined;
}

/**
 * Starts an outage when the connection is lost, counts its attempts, and ends it when the client is connected again.
 */
function afterStatus(outages: readonly Outage[], status: ClientStatus, now: number): readonly Outage[] {
  const [newest, ...older] = outages;
  const current = ongoingOutage(outages);
  if (status.name === 'connected') {
    const end = { at: now, resumed: status.resumed };
    return current ? [{ ...current, end }, ...older] : outages;
  }
  if (status.name !== 'reconnecting') return outages;
  const { attempt: attempts, reason } = status;
  if (current) return [{ ...current, attempts }, ...older];
  const begun = { id: (newest?.id ?? 0) + 1, lostAt: now, reason, attempts };
  return [begun, ...outages].slice(0, remembered);
}

/** Adds what the client and the server say right after a reconnect. */
function afterReturn(outages: readonly Outage[], more: Partial<Return>): readonly Outage[] {
  const [newest, ...older] = outages;
  return newest?.end === undefined ? outages : [{ ...newest, end: { ...newest.end, ...more } }, ...older];
}
