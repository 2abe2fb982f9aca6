// Sends a message as its channel's `delivery` says: `reliable` goes into a log first, then to every connected client that does
// not lag; `latest` is kept as the newest value; `volatile` is sent or dropped.
import type { Hub } from '../hub.js';
import { everyoneName, inboxName, type NewEntry } from './log.js';
import { createOutgoing, type OutgoingMessage } from './outgoing-message.js';
import { isHeld, noteLag, writeEntry } from './replay.js';
import type { Group } from '../rooms/rooms.js';
import type { Session } from '../session/session.js';
import { inboxLogOf } from '../cluster/shared-sender.js';

/** What is sent to many. */
export interface Publication {
  readonly path: string;
  readonly data: unknown;
  /** The session that it is not for. */
  readonly exceptId?: string | undefined;
}

/** A message, and the session that it is not for. */
export interface Value {
  readonly message: OutgoingMessage;
  readonly exceptId?: string | undefined;
}

/**
 * Parses and encodes once, and sends to each of a group but one. Where several processes are joined it resolves once the
 * message is accepted, and rejects when it is not.
 *
 * @throws SocketError `invalid_output`
 */
export function publish(hub: Hub, name: string, publication: Publication): Promise<void> | undefined {
  const { path, data, exceptId } = publication;
  const message = createOutgoing(hub, path, data, name === everyoneName ? undefined : name);
  if (hub.cluster !== undefined) return hub.cluster.publish(name, message, exceptId);
  const group = name === everyoneName ? hub.everyone : hub.rooms.toSendTo(name);
  // nobody could ever read it
  if (group === undefined) return undefined;
  if (message.delivery === 'reliable') deliverEntry(group, group.log.append(message, exceptId));
  else deliverValue(hub, group, { message, exceptId });
  return undefined;
}

/** The same, with a failure to be accepted reported. @throws SocketError `invalid_output` */
export function send(hub: Hub, name: string, publication: Publication): void {
  publish(hub, name, publication)?.catch((error: unknown) => hub.report(error, undefined, publication.path));
}

/** The same as {@link publishDirect}, with a failure to be accepted reported. */
export function sendDirect(session: Session, message: OutgoingMessage): void {
  publishDirect(session, message)?.catch((error: unknown) =>
    session.hub.report(error, session, message.path),
  );
}

/** Sends to one session. To one that is suspended it is kept; one that is gone gets nothing. */
export function publishDirect(session: Session, message: OutgoingMessage): Promise<void> | undefined {
  const { hub, speaksProtocol } = session;
  const isElsewhere = session.shared?.isLetGo === true;
  if (!session.isHere && !isElsewhere) {
    hub.counters.dropped.gone += 1;
  } else if ((message.delivery === 'volatile' && !isElsewhere) || !speaksProtocol) {
    deliverUnlogged(session, message);
  } else if (hub.cluster !== undefined) {
    return hub.cluster.publish(inboxLogOf(session.id), message);
  } else if (message.delivery === 'latest') {
    session.openInbox().log.latest.keep(message, hub.options.clock.now());
    deliverUnlogged(session, message);
  } else {
    const inbox = session.openInbox();
    deliverEntry(inbox, inbox.log.append(message));
  }
  return undefined;
}

/** Hands a new entry of its log to a group. Of whom it must wait for, and who is away, the log takes care. */
function deliverEntry(group: Group, entry: NewEntry): void {
  for (const session of group.sessions()) deliverEntryTo(session, group, entry);
}

/** The same for an entry that another process may have sent before this one's newcomers came. */
export function deliverSharedEntry(group: Group, entry: NewEntry): void {
  for (const session of group.sessions()) {
    const since = group.membershipOf(session)?.since ?? Infinity;
    if (entry.at > since) deliverEntryTo(session, group, entry);
  }
}

/** Hands a group what no log keeps; the newest of a `latest` channel is kept beside it. `time` is when others have set it. */
export function deliverValue(
  hub: Hub,
  group: Group,
  { message, exceptId }: Value,
  time: number = hub.options.clock.now(),
): void {
  if (message.delivery === 'latest') group.log.latest.keep(message, time, exceptId);
  for (const session of group.sessions()) {
    if (session.id !== exceptId) deliverUnlogged(session, message, group.name);
  }
}

/** Hands a value that was set at `time`, and not heard of then, to those of a group who were there. */
export function deliverMissedValue(group: Group, { message, exceptId }: Value, time: number): void {
  for (const session of group.sessions()) {
    const { sinceMs = Infinity } = group.membershipOf(session) ?? {};
    if (session.id !== exceptId && time >= sinceMs) deliverUnlogged(session, message, group.name);
  }
}

function deliverEntryTo(session: Session, { log }: Group, entry: NewEntry): void {
  const { connection } = session;
  if (connection?.outgoing.isClosed !== false || session.behind?.has(log.name) === true) return;
  if (connection.outgoing.isSlow) return noteLag(session, log, entry.after);
  const { speaksProtocol } = connection;
  const text = speaksProtocol ? entry.text : (entry.plainText ??= entry.message.plainFrame());
  writeEntry(connection, entry, text);
}

function deliverUnlogged(session: Session, message: OutgoingMessage, group = inboxName): void {
  const { connection, hub } = session;
  if (connection !== undefined && !isHeld(session, group)) connection.outgoing.deliver(message);
  else if (message.delivery === 'volatile') hub.counters.dropped.volatile += 1;
}
