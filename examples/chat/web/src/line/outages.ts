// What happened to the line, newest first. It only watches: the client itself decides when to try again, and what to make up
// for.
import type { Channels } from '@wirepact-example/chat-contract';
import type { Client, ClientStatus, CloseReason, Gap } from '@wirepact/client';

export interface Outage {
  readonly id: number;
  readonly lostAt: number;
  readonly reason: CloseReason;
  readonly attempts: number;
  /** What there is of its end. Absent while it lasts. */
  readonly end?: Return;
}

interface Return {
  readonly at: number;
  /** The session goes on: what was sent meanwhile comes by itself. */
  readonly resumed: boolean;
  /** Until when the server held back what it sent, by its own clock; absent until it says so. */
  readonly heldBackUntil?: number;
  /** Why something will not come, where that is so. */
  readonly gap?: Gap['why'];
}

export interface Outages {
  readonly subscribe: (listener: () => void) => () => void;
  readonly list: () => readonly Outage[];
  /** What the server says of a return. */
  readonly heldBackUntil: (at: number) => void;
}

const remembered = 5;

export function watchOutages(client: Client<Channels>): Outages {
  let outages: readonly Outage[] = [];
  const listeners = new Set<() => void>();
  function become(next: readonly Outage[]): void {
    if (next === outages) return;
    outages = next;
    for (const listener of listeners) listener();
  }
  client.onStatus((status) => become(afterStatus(outages, status, Date.now())));
  client.onGap(({ why }) => become(afterReturn(outages, { gap: why })));
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    list: () => outages,
    heldBackUntil: (at) => become(afterReturn(outages, { heldBackUntil: at })),
  };
}

/** Begins an outage at the first loss, counts its attempts, and ends it at the return. */
function afterStatus(outages: readonly Outage[], status: ClientStatus, now: number): readonly Outage[] {
  const [newest, ...older] = outages;
  const current = newest?.end === undefined ? newest : undefined;
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

/** What the client and the server say of a return, right after it. */
function afterReturn(outages: readonly Outage[], more: Partial<Return>): readonly Outage[] {
  const [newest, ...older] = outages;
  return newest?.end === undefined ? outages : [{ ...newest, end: { ...newest.end, ...more } }, ...older];
}
