// What happened to the line, newest first. It only watches: the client itself decides when to try again.
import type { Channels } from '@wirepact-example/chat-contract';
import type { Client, ClientStatus, CloseReason } from '@wirepact/client';

export interface Outage {
  readonly id: number;
  readonly lostAt: number;
  readonly reason: CloseReason;
  readonly attempts: number;
  /** Absent while it lasts. */
  readonly backAt?: number;
}

export interface Outages {
  readonly subscribe: (listener: () => void) => () => void;
  readonly list: () => readonly Outage[];
}

const remembered = 5;

export function watchOutages(client: Client<Channels>): Outages {
  let outages: readonly Outage[] = [];
  const listeners = new Set<() => void>();
  client.onStatus((status) => {
    const next = afterStatus(outages, status, Date.now());
    if (next === outages) return;
    outages = next;
    for (const listener of listeners) listener();
  });
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    list: () => outages,
  };
}

/** Begins an outage at the first loss, counts its attempts, and ends it at the return. */
function afterStatus(outages: readonly Outage[], status: ClientStatus, now: number): readonly Outage[] {
  const [newest, ...older] = outages;
  const current = newest?.backAt === undefined ? newest : undefined;
  if (status.name === 'connected') {
    return current ? [{ ...current, backAt: now }, ...older] : outages;
  }
  if (status.name !== 'reconnecting') return outages;
  const { attempt: attempts, reason } = status;
  if (current) return [{ ...current, attempts }, ...older];
  const begun = { id: (newest?.id ?? 0) + 1, lostAt: now, reason, attempts };
  return [begun, ...outages].slice(0, remembered);
}
