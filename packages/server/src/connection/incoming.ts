// What a client sends, from its text to its handler.
import { closeCodes, type Decoded, type Frame, type FrameId } from '@wirepact/core/internal';
import type { Connection } from './connection.js';
import type { Call } from '../routing/call.js';
import { receive, refuseFrame } from '../routing/dispatch.js';
import { findResumable, readHello } from '../session/hello.js';
import { findChannel } from '../routing/find-channel.js';
import type { Hub } from '../hub.js';
import { findExcess } from './json-limits.js';
import { loseConnection, openSession } from '../session/lifecycle.js';
import { receiveProtocolFrame } from './protocol-frames.js';
import { toRecord } from '../read-json.js';
import { noteNumber, numberOf } from '../session/received-numbers.js';
import { resumeSession } from '../session/resume.js';
import type { Session } from '../session/session.js';

/** The time in which `badFramesPer10s` counts. */
const badFramesWindowMs = 10_000;

/** Begins with a connection. A plain client has a session at once, another one after its `$hello`. */
export function startConnection(connection: Connection): void {
  connection.hub.connections.add(connection);
  connection.transport.listen(connection);
  if (!connection.speaksProtocol) openSession(connection);
}

/** Takes one message; one that is binary has no text. */
export function receiveMessage(connection: Connection, text: string | undefined): void {
  const { hub, session, outgoing } = connection;
  if (outgoing.isClosed || (session !== undefined && session.connection !== connection)) return;
  receiveDecoded(connection, text, decode(hub, text));
}

function receiveDecoded(connection: Connection, text: string | undefined, received: Received): void {
  const { hub, session } = connection;
  hub.counters.received += 1;
  const { frame, why } = received;
  const isAnswer = frame !== undefined && answersQuestion(connection, frame);
  const isAskedFor = isAnswer || (frame !== undefined && isReceipt(connection, frame));
  connection.intake.take(isAskedFor ? 0 : 1, text === undefined ? 0 : Buffer.byteLength(text));
  if (session === undefined) return receiveGreeting(connection, received);
  if (session.resumeToken.confirm()) session.shared?.noteConfirmed();
  if (frame === undefined) refuseMessage(connection, why ?? '');
  else if (why !== undefined) {
    // on the path of a question an `id` is the server's own
    if (frame.id === undefined || isAnswer) refuseEvent(session, connection, frame, why);
    else refuseRequest(session, connection, frame, why);
  } else if (frame.path.startsWith('$')) receiveProtocolFrame(session, frame);
  else if (isAnswer) session.questions.answer(frame);
  else receive(session, frame);
}

/**
 * Takes a message that running handlers may wait for, though as many run as may: what else is behind them would wait for what
 * waits for it. `false` where it is none, and has to wait for its turn.
 */
export function receiveUrgent(connection: Connection, text: string): boolean {
  const { hub, session, speaksProtocol, outgoing } = connection;
  if (!speaksProtocol || outgoing.isClosed || session?.connection !== connection) return false;
  // most are none, and need not be decoded twice
  if (!text.includes('"$') && session.questions.size === 0) return false;
  const received = decode(hub, text);
  const { frame, why } = received;
  if (frame === undefined || why !== undefined || !isUrgent(session, frame)) return false;
  receiveDecoded(connection, text, received);
  return true;
}

/** What is about a call whose handler has not begun must not come before it, nor a number before a lower one. */
function isUrgent(session: Session, frame: Frame): boolean {
  const { path, id, data } = frame;
  const running = (called: unknown): Call | undefined => session.findCall(called as FrameId);
  if (numberOf(session, frame) !== undefined) return false;
  if (path === '$cancel') return running(data) !== undefined;
  if (path === '$more') return running(toRecord(data).id)?.stream !== undefined;
  return path === '$auth' || session.questions.isOpen(id, path);
}

/** Takes what comes before there is a session: `$hello`, and nothing else. */
function receiveGreeting(connection: Connection, { frame, why }: Received): void {
  // what is read of it is read because it has closed
  if (connection.isGreeting) return;
  if (frame?.path === '$hello' && why === undefined) greet(connection, frame);
  else refuseMessage(connection, why ?? 'the first message must be $hello');
}

function greet(connection: Connection, { data }: Frame): void {
  const { hub, identity } = connection;
  const hello = readHello(data);
  if (hub.cluster !== undefined) {
    connection.isGreeting = true;
    // what it says too early is heard after its `$welcome`, as where nobody else has to be asked
    connection.intake.hold('greeting');
    return void hub.cluster.sessions
      .greet(connection, hello)
      .then(() => connection.intake.release('greeting'));
  }
  const session = findResumable(hub, hello, identity);
  if (session === undefined) openSession(connection, hello);
  else resumeSession(session, connection, hello);
}

/** A frame, or why the message is none; both where JSON is cheap to parse and dear to handle. */
interface Received {
  readonly frame?: Frame;
  readonly why?: string;
}

function decode({ dialect, options }: Hub, text: string | undefined): Received {
  if (text === undefined) return { why: 'the message is binary; frames are text' };
  const decoded: Decoded = dialect.decode(text);
  if (!decoded.ok) return { why: decoded.why };
  const { frame } = decoded;
  const why = findExcess(withoutCursors(frame), options.limits.maxJsonDepth, options.limits.maxJsonKeys);
  return why === undefined ? { frame } : { frame, why };
}

/** What is bounded as JSON. A client has a cursor for each of its rooms, however many: those are bounded where they are read. */
function withoutCursors(frame: Frame): Frame {
  if (frame.path !== '$hello') return frame;
  const { streams: _, ...data } = toRecord(frame.data);
  return { ...frame, data };
}

/** Whether it says what was taken; a client that reads fast is not to wait for having read. */
function isReceipt({ speaksProtocol }: Connection, { path }: Frame): boolean {
  return speaksProtocol && (path === '$more' || path === '$ack' || path === '$pong');
}

/** Whether it is the client that answers on this path. */
function answersQuestion({ hub, speaksProtocol }: Connection, { id, path }: Frame): boolean {
  return id !== undefined && speaksProtocol && findChannel(hub, path)?.answer !== undefined;
}

function refuseEvent(session: Session, connection: Connection, frame: Frame, why: string): void {
  const number = numberOf(session, frame);
  // or the client would send it again for ever
  if (number !== undefined && noteNumber(session, number)) session.hub.acknowledgements.owe(session);
  refuseMessage(connection, why);
}

function refuseRequest(session: Session, connection: Connection, frame: Frame, why: string): void {
  countBadFrame(connection);
  refuseFrame(session, frame, why);
}

function refuseMessage(connection: Connection, why: string): void {
  if (!countBadFrame(connection)) return;
  connection.sendFrame('$error', { code: 'bad_frame', message: `[bad_frame] ${why}` });
}

/** `false` when it was one too many: the connection is closed. */
function countBadFrame(connection: Connection): boolean {
  const { counters } = connection.hub;
  counters.badFrames += 1;
  if (!isOneTooMany(connection)) return true;
  counters.limited.badFrames += 1;
  loseConnection(connection, closeCodes.rateLimited, 'too many messages were no frames');
  return false;
}

/** Counts a bad frame. Whoever sends so many speaks something else, or tries things out. */
function isOneTooMany(connection: Connection): boolean {
  const { clock, limits } = connection.hub.options;
  const now = clock.now();
  if (now - connection.badFramesSince >= badFramesWindowMs) {
    connection.badFramesSince = now;
    connection.badFrames = 0;
  }
  connection.badFrames += 1;
  return connection.badFrames > limits.badFramesPer10s;
}
