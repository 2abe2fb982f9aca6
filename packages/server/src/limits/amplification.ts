// How much one client makes the server send to others: what a handler sends before it first waits, and every
// `socket.broadcast`, counted for the client that set it off.
import type { Hub } from '../hub.js';
import type { Session } from '../session/session.js';

/** A client that set off much. */
export interface Amplifier {
  /** The client's `socket.id`. */
  readonly id: string;
  /** Messages that were sent because of what it said, each receiver counted. */
  readonly sent: number;
}

/** So many are named. */
const maxAmplifiers = 10;

/** For whose handlers what is sent is being counted: what they call counts once. */
let counting: Hub | undefined;

/** Runs `work`, and counts for `session` what is sent meanwhile. */
export function countSent<TResult>(session: Session, work: () => TResult): TResult {
  const { hub } = session;
  if (counting === hub) return work();
  const outer = counting;
  const before = hub.counters.sent;
  counting = hub;
  try {
    return work();
  } finally {
    counting = outer;
    session.setOff += hub.counters.sent - before;
  }
}

/** Those that set off most, the first of them most. */
export function findAmplifiers(sessions: Iterable<Session>): Amplifier[] {
  let least = 0;
  let most: Amplifier[] = [];
  for (const { id, setOff } of sessions) {
    if (setOff <= least) continue;
    most.push({ id, sent: setOff });
    most.sort((one, other) => other.sent - one.sent);
    most = most.slice(0, maxAmplifiers);
    if (most.length === maxAmplifiers) least = most.at(-1)?.sent ?? 0;
  }
  return most;
}
