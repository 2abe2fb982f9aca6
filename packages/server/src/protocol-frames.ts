// The frames of the protocol itself, whose paths begin with `$`, as a client sends them.
import type { Frame } from '@wirepact/core/internal';
import { sendRefusal } from './answers.js';
import type { Hub } from './hub.js';
import { renewIdentity } from './identity.js';
import { joinFromClient, leaveFromClient } from './membership.js';
import type { Session } from './session.js';

type Handler = (hub: Hub, session: Session, frame: Frame) => void;

const handlers = new Map<string, Handler>([
  ['$ping', (hub, session) => session.sendFrame(hub, '$pong')],
  ['$pong', () => undefined],
  ['$join', (hub, session, frame) => void joinFromClient(hub, session, frame)],
  ['$leave', leaveFromClient],
  ['$cancel', cancel],
  ['$more', grantMore],
  ['$auth', (hub, session, frame) => void renewIdentity(hub, session, frame.data)],
]);

/** Handles one frame of the protocol; a plain client has no such paths, but for those its dialect gives it. */
export function receiveProtocolFrame(hub: Hub, session: Session, frame: Frame): void {
  const isKnown = session.speaksProtocol || hub.dialect.plainPaths?.has(frame.path) === true;
  const handler = isKnown ? handlers.get(frame.path) : undefined;
  if (handler === undefined) {
    sendRefusal(
      hub,
      session,
      { path: frame.path, id: frame.id },
      'unknown_path',
      `the server knows no path "${frame.path}"`,
    );
    return;
  }
  handler(hub, session, frame);
}

function cancel(_hub: Hub, session: Session, { data }: Frame): void {
  if (typeof data === 'number' || typeof data === 'string') session.findCall(data)?.abort();
}

function grantMore(_hub: Hub, session: Session, { data }: Frame): void {
  const { id, n } = (typeof data === 'object' && data !== null ? data : {}) as { id?: unknown; n?: unknown };
  if ((typeof id === 'number' || typeof id === 'string') && Number.isSafeInteger(n)) {
    session.findCall(id)?.window?.grant(n as number);
  }
}
