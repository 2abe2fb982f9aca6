// How a session begins and ends, whichever side ends it.
import { channelFacts, cutReason, type Decoded } from '@wirepact/core/internal';
import { receive } from './dispatch.js';
import type { Hub } from './hub.js';
import { findExcess } from './json-limits.js';
import { leaveAllRooms } from './membership.js';
import { receiveProtocolFrame } from './protocol-frames.js';
import type { Session } from './session.js';

/** How long a client may take to say `$hello`, in ms. */
export const helloTimeoutMs = 10_000;

/** Listens to a session's transport. A plain client is open at once, another one after its `$hello`. */
export function startSession(hub: Hub, session: Session): void {
  hub.connections.add(session);
  session.transport.listen({
    message: (text) => receiveText(hub, session, text),
    binary: () => refuseFrame(hub, session, 'the message is binary; frames are text'),
    pong: () => heard(hub, session),
    drained: () => session.outgoing.drained(),
    closed: (code, reason) => endSession(hub, session, code, reason),
  });
  if (!session.speaksProtocol) openSession(hub, session);
}

/** Greets the client, counts it, and tells the application. */
function openSession(hub: Hub, session: Session): void {
  session.state = 'open';
  hub.roster.add(session);
  hub.counters.connected += 1;
  if (session.speaksProtocol) {
    const { maxMessageBytes, maxInFlight, maxRooms } = hub.options.limits;
    session.sendFrame(hub, '$welcome', {
      session: session.id,
      resumed: false,
      heartbeatMs: hub.options.heartbeat.intervalMs,
      limits: { maxMessageBytes, maxInFlight, maxRooms },
      channels: channelFacts(hub.channels),
    });
  } else if (hub.dialect.greeting !== undefined) {
    session.outgoing.write(hub.dialect.greeting(session.id));
  }
  notify(hub, session, () => hub.hooks.event?.onConnect?.(session.socket));
}

/** Ends a session once: `onDisconnect` first, then it leaves the counts and its rooms. */
export function endSession(hub: Hub, session: Session, code: number, reason: string): void {
  if (session.state === 'ending' || session.state === 'ended') return;
  const wasOpen = session.state === 'open';
  session.state = 'ending';
  session.outgoing.close();
  session.joining.clear();
  session.transport.close(code, cutReason(reason));
  session.questions.close();
  for (const call of session.calls) call.abort();
  if (wasOpen) {
    notify(hub, session, () => hub.hooks.event?.onDisconnect?.(session.socket, { code, reason }));
    leaveAllRooms(hub, session);
    hub.roster.remove(session);
    hub.counters.disconnected += 1;
  }
  session.state = 'ended';
  hub.connections.delete(session);
}

function receiveText(hub: Hub, session: Session, text: string): void {
  if (session.state !== 'open' && session.state !== 'greeting') return;
  heard(hub, session);
  hub.counters.received += 1;
  const decoded = decodeWithin(hub, text);
  if (!decoded.ok) return refuseFrame(hub, session, decoded.why);
  const { frame } = decoded;
  if (session.state === 'greeting') {
    if (frame.path === '$hello') openSession(hub, session);
    else refuseFrame(hub, session, 'the first message must be $hello');
  } else if (frame.path.startsWith('$')) {
    receiveProtocolFrame(hub, session, frame);
  } else if (!session.questions.answer(frame)) {
    receive(hub, session, frame);
  }
}

/** Reads a frame, and refuses JSON that is cheap to parse and dear to handle. */
function decodeWithin(hub: Hub, text: string): Decoded {
  const decoded = hub.dialect.decode(text);
  if (!decoded.ok) return decoded;
  const { maxJsonDepth, maxJsonKeys } = hub.options.limits;
  const why = findExcess(decoded.frame, maxJsonDepth, maxJsonKeys);
  return why === undefined ? decoded : { ok: false, why };
}

function heard(hub: Hub, session: Session): void {
  session.lastHeardAt = hub.options.clock.now();
  session.pingedAt = undefined;
}

function refuseFrame(hub: Hub, session: Session, why: string): void {
  hub.counters.badFrames += 1;
  session.sendFrame(hub, '$error', { code: 'bad_frame', message: `[bad_frame] ${why}` });
}

/** Runs a handler of the application's; what it throws, now or later, is reported and breaks nothing. */
function notify(hub: Hub, session: Session, handler: () => unknown): void {
  try {
    const result = handler();
    if (result instanceof Promise) result.catch((error: unknown) => hub.report(error, session));
  } catch (error) {
    hub.report(error, session);
  }
}
