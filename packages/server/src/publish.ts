// What becomes of a message as its channel's delivery says: `reliable` goes into a log first, and to whoever is connected
// and not behind; `latest` is kept as the newest; `volatile` is sent or dropped.
import { everyoneName, inboxName, type Log, type NewEntry } from './log.js';
import type { Hub } from './hub.js';
import { createOutgoing, type OutgoingMessage } from './outgoing-message.js';
import { isHeld, noteLag, writeEntry } from './replay.js';
import type { Group } from './rooms.js';
import type { Session } from './session.js';

/** What is sent to many. */
export interface Publication {
  readonly path: string;
  readonly data: unknown;
  /** The session that it is not for. */
  readonly exceptId?: string | undefined;
}

/** Parses and encodes once, and sends to each of a group but one. @throws SocketError `invalid_output` */
export function publish(hub: Hub, group: Group, { path, data, exceptId }: Publication): void {
  const message = createOutgoing(hub, path, data, group.name === everyoneName ? undefined : group.name);
  if (message.delivery === 'reliable') {
    const entry = group.log.append(message, exceptId);
    for (const session of group.sessions()) deliverEntry(session, group.log, entry);
    return;
  }
  if (message.delivery === 'latest') group.latest.keep(message, hub.options.clock.now(), exceptId);
  for (const session of group.sessions()) {
    if (session.id !== exceptId) deliverUnlogged(session, message, group.name);
  }
}

/** Sends to one session. To one that is suspended it is kept; one that is gone gets nothing. */
export function sendDirect(session: Session, message: OutgoingMessage): void {
  const { hub, connection, speaksProtocol } = session;
  if (!session.isHere) {
    hub.counters.dropped.gone += 1;
  } else if (message.delivery !== 'reliable' || !speaksProtocol) {
    if (message.delivery === 'latest' && speaksProtocol) {
      session.openLatest().keep(message, hub.options.clock.now());
    }
    deliverUnlogged(session, message);
  } else {
    const entry = session.openInbox().append(message);
    if (connection?.outgoing.isClosed === false && session.behind?.has(inboxName) !== true) {
      writeEntry(connection, entry, entry.text);
    }
  }
}

/** Of whom it must wait for, and who is away, the log takes care. */
function deliverEntry(session: Session, log: Log, entry: NewEntry): void {
  const { connection } = session;
  if (connection?.outgoing.isClosed !== false || session.behind?.has(log.name) === true) return;
  if (connection.outgoing.isSlow) noteLag(session, log, entry.after);
  else writeEntry(connection, entry, entry.text);
}

function deliverUnlogged(session: Session, message: OutgoingMessage, group = inboxName): void {
  const { connection, hub } = session;
  if (connection !== undefined && !isHeld(session, group)) connection.outgoing.deliver(message);
  else if (message.delivery === 'volatile') hub.counters.dropped.volatile += 1;
}
