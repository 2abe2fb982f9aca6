// What `stats()` answers: the counters as they are now, beside what the server holds.
import { findAmplifiers } from './limits/amplification.js';
import type { Hub } from './hub.js';
import type { Stats } from './stats.js';

/** A copy, which changes no more. */
export function readStats({ counters, roster, rooms, suspended, logs }: Hub): Stats {
  const { refused, dropped, limited } = counters;
  return {
    ...counters,
    refused: { ...refused },
    dropped: { ...dropped },
    limited: { ...limited },
    clients: roster.countClients,
    suspended: suspended.size,
    logBytes: logs.bytes,
    users: roster.countUsers,
    rooms: rooms.size,
    amplifiers: findAmplifiers(roster.all()),
  };
}
