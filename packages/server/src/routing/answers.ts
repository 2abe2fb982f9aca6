// What the sender of a message gets back: the answer, or an error instead.
import {
  ChannelError,
  errorCodes,
  isSocketError,
  SocketError,
  type ChannelDefinition,
  type ErrorCode,
} from '@wirepact/core';
import { toWireError, type FrameId, type WireError } from '@wirepact/core/internal';
import type { AnswerFrame } from './answer-store.js';
import type { Call, RunningStream } from './call.js';
import {
  checkSize,
  createMessage,
  createOutgoing,
  encodeOutput,
  parseOutput,
} from '../delivery/outgoing-message.js';
import { sendDirect } from '../delivery/publish.js';
import type { Session } from '../session/session.js';

/** Whom an error goes to: a {@link Call}, or the sender of one of the protocol's own frames. */
export interface Sender {
  readonly session: Session;
  readonly path: string;
  readonly id?: FrameId | undefined;
  /** The number of a message that a client may send again. */
  readonly number?: number | undefined;
  /** The stream that this is the end of. */
  readonly stream?: Pick<RunningStream, 'untaken' | 'writeRest'> | undefined;
}

/** Codes of the library that a handler may throw on purpose: they say who the caller is, or that it must wait. */
const passedOn: ReadonlySet<string> = new Set<ErrorCode>([
  'unauthenticated',
  'forbidden',
  'denied',
  'rate_limited',
  'overloaded',
]);

/**
 * Sends what a handler returned: as the answer, where the message has an id; otherwise as an event, where the channel
 * has `out` and no `reply`; otherwise not at all.
 */
export function sendAnswer(call: Call, result: unknown): void {
  if (call.aborted) return;
  const { session, path, id, channel } = call;
  try {
    if (id === undefined) {
      if (result === undefined || channel?.out === undefined || channel.reply !== undefined) return;
      return sendDirect(session, createOutgoing(session.hub, path, result));
    }
    const what = channel?.reply === undefined ? 'out' : 'reply';
    const schema = channel?.[what];
    if (schema === undefined || (result === undefined && !acceptsNothing(schema, path))) {
      return sendRefusal(call, 'no_reply', `"${path}" was handled and answered nothing`);
    }
    const json = encodeOutput(schema, result, path, what);
    checkSize(session.hub, json, path);
    respond(call, session.hub.dialect.encode(path, json, { id }));
  } catch (error) {
    sendFailure(call, error);
  }
}

/** Sends the error that the caller may see of what a handler threw, and reports what it may not see. */
export function sendFailure(call: Call, thrown: unknown): void {
  if (!call.aborted && call.stream?.hasEnded !== true) return sendError(call, visibleError(call, thrown));
  // a handler that was told to stop throws because of that
  if (!isAbortError(thrown)) call.session.hub.report(thrown, call.session, call.path);
}

/** Sends an error of the library's own. */
export function sendRefusal(sender: Sender, code: ErrorCode, text: string, data?: unknown): void {
  sendError(sender, new SocketError(code, `[${code}] ${text}`, { data }));
}

/** Sends an answer, and keeps it in case that the line breaks under it. */
export function respond({ session, number, stream }: Sender, text: string): void {
  if (number !== undefined) {
    const frames = [...(stream?.untaken ?? []), { text }];
    if (session.shared?.movedTo !== undefined)
      return session.hub.cluster?.sessions.departures.forward(session, number, frames);
    session.openAnswers().add(number, frames);
    session.shared?.noteDone(number);
  }
  stream?.writeRest();
  session.write(text);
}

/** Answers a number that came again. At once: of what waits for room, nothing would bound how often it is asked for. */
export function sendAgain(session: Session, number: number): void {
  for (const { text } of findKept(session, number)) session.write(text);
}

/** Answers a client that is back, as it takes it; of a stream what comes after item `taken`. */
export function sendMissed(session: Session, number: number, taken: number): void {
  const missed = findKept(session, number).filter(({ n = Infinity }) => n > taken);
  void session.writeInTurn(missed, ({ text }) => text);
}

/** The answer to a number. Where it is no longer kept, the client is told so. */
function findKept(session: Session, number: number): readonly AnswerFrame[] {
  const frames = session.answers?.find(number);
  if (frames !== undefined) return frames;
  const error = new SocketError('unknown_outcome', '[unknown_outcome] the answer is no longer kept');
  session.write(session.hub.dialect.encode('$error', undefined, { id: number, error: toWireError(error) }));
  return [];
}

function sendError(sender: Sender, error: SocketError): void {
  const { session, path } = sender;
  let wire: WireError;
  try {
    wire = toWireError(error);
    checkSize(session.hub, JSON.stringify(wire), path);
  } catch (fault) {
    // what belongs to the error is too large, or has no JSON form
    session.hub.report(fault, session, path);
    wire = toWireError(isSocketError(fault, 'message_too_large') ? withoutData(error, path) : internal(path));
  }
  writeError(sender, wire);
}

/** An event that is refused is refused for good, so word of that is not lost with the line. */
function writeError(sender: Sender, error: WireError): void {
  const { session, path, id, number } = sender;
  const { dialect } = session.hub;
  if (id !== undefined) return respond(sender, dialect.encode(path, undefined, { id, error }));
  const json = JSON.stringify({ ...error, path: dialect.nameOf?.(path) ?? path });
  if (number === undefined) return session.write(dialect.encode('$error', json));
  const message = { path: '$error', json, room: undefined, delivery: 'reliable', slot: '$error' } as const;
  sendDirect(session, createMessage(dialect, message));
}

function visibleError({ session, path, channel }: Call, thrown: unknown): SocketError {
  if (isSocketError(thrown)) {
    if (passedOn.has(thrown.code)) return thrown;
    const errors = channel?.errors ?? {};
    const schema = Object.hasOwn(errors, thrown.code) ? errors[thrown.code] : undefined;
    if (schema !== undefined) {
      try {
        const data = parseOutput(schema, thrown.data, path, `errors.${thrown.code}`);
        return new ChannelError(thrown.code, data, thrown.message);
      } catch (misfit) {
        thrown = misfit;
      }
    }
  }
  session.hub.report(thrown, session, path);
  return internal(path);
}

/** Says nothing of what happened: a message or a stack may hold secrets. */
function internal(path: string): SocketError {
  return new SocketError('internal', `[internal] the server failed to handle "${path}"`);
}

/** A code of the library's says enough by itself; with one of the contract's a caller counts on the data. */
function withoutData({ code }: SocketError, path: string): SocketError {
  if (!Object.hasOwn(errorCodes, code)) return internal(path);
  return new SocketError(code as ErrorCode, `[${code}] what belongs to this error is too large to be sent`);
}

function acceptsNothing(schema: NonNullable<ChannelDefinition['out']>, path: string): boolean {
  try {
    parseOutput(schema, undefined, path, 'out');
    return true;
  } catch {
    return false;
  }
}

function isAbortError(thrown: unknown): boolean {
  try {
    return isSocketError(thrown, 'aborted') || (thrown instanceof Error && thrown.name === 'AbortError');
  } catch {
    // a proxy that lets nobody look
    return false;
  }
}
