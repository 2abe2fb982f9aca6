// Reads what a log that several processes share still holds, for the application.
import type { Cursor } from '@wirepact/core';
import type { Broker } from './broker.js';
import { createEpoch } from '../delivery/logs.js';
import type { RoomMessage } from '../delivery/targets.js';
import { readShared } from './shared-message.js';

/** Reads the newest `limit` messages, or the next ones after a position. */
export async function readSharedHistory(
  broker: Broker,
  room: string,
  limit: number,
  after?: Cursor,
): Promise<readonly RoomMessage[]> {
  const from = after?.[1] ?? 0;
  const page = await broker.read(room, {
    after: from,
    epoch: createEpoch(),
    ...(after === undefined && Number.isFinite(limit) && { limit }),
  });
  const isKnown = after?.[0] === page.epoch;
  if (after !== undefined && !isKnown) return readSharedHistory(broker, room, limit);
  return page.entries.slice(0, limit).flatMap(({ at, time, body }) => {
    const shared = readShared(body);
    if (shared === undefined) return [];
    const data: unknown = shared.json === undefined ? undefined : JSON.parse(shared.json);
    return [{ path: shared.path, data, position: [page.epoch, at] as const, sentAt: time }];
  });
}
