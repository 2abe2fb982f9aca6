// How much each client makes the server send to others: what its handlers send before they first wait, and every
// `socket.broadcast`.
import type { Hub } from '../hub.js';
import type { Session } from '../session/session.js';

/** A client that made the server send much. */
export interface Amplifier {
  /** The client's `socket.id`. */
  readonly id: string;
  /**
   * How many messages this client caused; a message to several receivers counts once for each.
   * Counted are all that a handler sends before it first waits, and every `socket.broadcast`.
   */
  readonly sent: number;
}

/** How many clients `findAmplifiers` returns at most. */
const maxAmplifiers = 10;

/** The hub whose sends are being counted for a client, so that a handler called by a handler counts once. */
let counting: Hub | undefined;

/** Runs `work`, and counts what is sent meanwhile for `session`. */
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

/** The clients that caused the most sends, in descending order. */
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
