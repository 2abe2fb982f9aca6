// How a session begins and ends, whichever side ends it.
import { cutReason } from '@wirepact/core/internal';
import { guarded } from './hub.js';
import { leaveAllRooms } from './membership.js';
import type { Session } from './session.js';

/** Greets the client, counts it, and tells the application. */
export function openSession(session: Session): void {
  const { hub, socket } = session;
  session.state = 'open';
  hub.roster.add(session);
  hub.counters.connected += 1;
  if (session.speaksProtocol) {
    session.outgoing.write(hub.dialect.encode('$welcome', `{"session":"${session.id}",${hub.terms}`));
  } else if (hub.dialect.greeting !== undefined) {
    session.outgoing.write(hub.dialect.greeting(session.id));
  }
  notify(session, () => hub.hooks.event?.onConnect?.(socket));
}

/** Ends a session once: `onDisconnect` first, then it leaves the counts and its rooms. */
export function endSession(session: Session, code: number, reason: string): void {
  if (session.state === 'ending' || session.state === 'ended') return;
  const { hub, socket } = session;
  const wasOpen = session.state === 'open';
  session.state = 'ending';
  session.outgoing.close();
  session.intake.close();
  session.joining.clear();
  session.transport.close(code, cutReason(reason));
  session.questions.close();
  for (const call of session.calls) call.abort();
  if (wasOpen) {
    notify(session, () => hub.hooks.event?.onDisconnect?.(socket, { code, reason }));
    leaveAllRooms(session);
    hub.roster.remove(session);
    hub.counters.disconnected += 1;
  }
  session.state = 'ended';
  session.noteIdle();
  hub.connections.delete(session);
}

function notify(session: Session, handler: () => unknown): void {
  guarded(handler, (error) => session.hub.report(error, session));
}
