// What a client sends, from its text to whoever handles it.
import { closeCodes, type Decoded, type Frame } from '@wirepact/core/internal';
import { receive } from './dispatch.js';
import { findChannel, type Hub } from './hub.js';
import { findExcess } from './json-limits.js';
import { endSession, openSession } from './lifecycle.js';
import { receiveProtocolFrame } from './protocol-frames.js';
import type { Session } from './session.js';

/** The time in which `badFramesPer10s` counts. */
const badFramesWindowMs = 10_000;

/** Listens to a session's transport. A plain client is open at once, another one after its `$hello`. */
export function startSession(session: Session): void {
  session.hub.connections.add(session);
  session.transport.listen(new SessionListener(session));
  if (!session.speaksProtocol) openSession(session);
}

/** What becomes of a session's transport. One object per client: three closures are 0.2 KB more. */
class SessionListener {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  message(text: string | undefined): void {
    receiveMessage(this.#session, text);
  }

  drained(): void {
    this.#session.outgoing.drained();
  }

  closed(code: number, reason: string): void {
    endSession(this.#session, code, reason);
  }
}

function receiveMessage(session: Session, text: string | undefined): void {
  if (session.state !== 'open' && session.state !== 'greeting') return;
  const { hub } = session;
  hub.counters.received += 1;
  const decoded = decode(hub, text);
  const answers = decoded.ok && isAnswer(session, decoded.frame);
  const isAskedFor = answers || (decoded.ok && isGrant(session, decoded.frame));
  session.intake.take(isAskedFor ? 0 : 1, text === undefined ? 0 : Buffer.byteLength(text));
  if (!decoded.ok) return refuseMessage(session, decoded.why);
  const { frame } = decoded;
  if (session.state === 'greeting') {
    if (frame.path === '$hello') openSession(session);
    else refuseMessage(session, 'the first message must be $hello');
  } else if (frame.path.startsWith('$')) {
    receiveProtocolFrame(session, frame);
  } else if (answers) {
    session.questions.answer(frame);
  } else {
    receive(session, frame);
  }
}

/** Reads a frame, and refuses JSON that is cheap to parse and dear to handle. */
function decode({ dialect, options }: Hub, text: string | undefined): Decoded {
  if (text === undefined) return { ok: false, why: 'the message is binary; frames are text' };
  const decoded = dialect.decode(text);
  if (!decoded.ok) return decoded;
  const why = findExcess(decoded.frame, options.limits.maxJsonDepth, options.limits.maxJsonKeys);
  return why === undefined ? decoded : { ok: false, why };
}

/** Whether it lets a stream go on; a client that reads streams fast is not to wait for having read. */
function isGrant({ speaksProtocol }: Session, { path }: Frame): boolean {
  return speaksProtocol && path === '$more';
}

/** Whether it is the client that answers on this path. */
function isAnswer({ hub, speaksProtocol }: Session, { id, path }: Frame): boolean {
  return id !== undefined && speaksProtocol && findChannel(hub, path)?.answer !== undefined;
}

function refuseMessage(session: Session, why: string): void {
  const { counters } = session.hub;
  counters.badFrames += 1;
  if (isOneTooMany(session)) {
    counters.limited.badFrames += 1;
    return endSession(session, closeCodes.rateLimited, 'too many messages were no frames');
  }
  session.sendFrame('$error', { code: 'bad_frame', message: `[bad_frame] ${why}` });
}

/** Counts a bad frame. Whoever sends so many speaks something else, or tries things out. */
function isOneTooMany(session: Session): boolean {
  const { clock, limits } = session.hub.options;
  const now = clock.now();
  if (now - session.badFramesSince >= badFramesWindowMs) {
    session.badFramesSince = now;
    session.badFrames = 0;
  }
  session.badFrames += 1;
  return session.badFrames > limits.badFramesPer10s;
}
