// The newest `latest` values of a shared log. The engine has them; what was not heard is read from it.
import { deliverMissedValue } from '../delivery/publish.js';
import type { Mirror } from './mirror.js';

/** Reads what the engine has, and hands on what is news here. What is heard meanwhile is newer than what is read. */
export async function readValues(mirror: Mirror): Promise<void> {
  const { name, group, host } = mirror;
  const { latest } = group.log;
  const { sets } = latest;
  const values = await host.broker.latest(name);
  if (mirror.isClosed) return;
  for (const read of values) {
    const value = host.decodeValue(read, group);
    if (value === undefined || !latest.keepRead(value.message, read.time, value.exceptId, sets)) continue;
    deliverMissedValue(group, value, read.time);
  }
}
