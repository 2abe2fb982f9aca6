// Handles the protocol's own frames, whose paths begin with `$`, as a client sends them.
import type { Frame } from '@wirepact/core/internal';
import { sendRefusal } from '../routing/answers.js';
import { isPosition } from '../session/hello.js';
import { renewIdentity } from '../handshake/identity.js';
import { joinFromClient, leaveFromClient } from '../rooms/join-requests.js';
import { toRecord } from '../read-json.js';
import { noteNumber, numberOf } from '../session/received-numbers.js';
import type { Session } from '../session/session.js';

const handlers = new Map<string, (session: Session, frame: Frame) => void>([
  ['$ping', (session) => session.sendFrame('$pong')],
  ['$pong', (session) => session.notePong()],
  ['$join', joinFromClient],
  ['$leave', leaveFromClient],
  ['$cancel', cancel],
  ['$more', grantMore],
  ['$ack', takeAcknowledgement],
  ['$auth', (session, { data }) => renewIdentity(session, data)],
]);

/** Handles one frame of the protocol; a plain client has no such paths, but for those its dialect gives it. */
export function receiveProtocolFrame(session: Session, frame: Frame): void {
  const { path, id } = frame;
  const number = numberOf(session, frame);
  // to be in a room twice, or out of it, is the same as once
  if (number !== undefined) noteNumber(session, number);
  const isKnown = session.speaksProtocol || session.hub.dialect.plainPaths?.has(path) === true;
  const handler = isKnown ? handlers.get(path) : undefined;
  if (handler !== undefined) handler(session, frame);
  else sendRefusal({ session, path, id }, 'unknown_path', `the server knows no path "${path}"`);
}

function cancel(session: Session, { data }: Frame): void {
  if (typeof data !== 'number' && typeof data !== 'string') return;
  const call = session.findCall(data);
  if (call !== undefined) call.abort();
  // a process that the client has left may be handling it
  else if (typeof data === 'number') session.hub.cluster?.sessions.departures.cancel(session, data);
}

function grantMore(session: Session, { data }: Frame): void {
  const { id, n } = toRecord(data);
  if ((typeof id === 'number' || typeof id === 'string') && Number.isSafeInteger(n)) {
    session.findCall(id)?.stream?.grant(n as number);
  }
}

/** The client has its direct messages up to a position: they need not be kept for it. */
function takeAcknowledgement(session: Session, { data }: Frame): void {
  const { inbox: at } = toRecord(data);
  if (isPosition(at)) session.inbox?.acknowledge(at);
}
