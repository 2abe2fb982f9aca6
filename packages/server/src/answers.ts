// What goes back to the sender of a message: the answer, or the error it gets instead.
import { isSocketError, SocketError, type ChannelDefinition, type ErrorCode } from '@wirepact/core';
import { toWireError, type FrameId } from '@wirepact/core/internal';
import type { Call } from './call.js';
import { createOutgoing, encodeOutput, parseOutput } from './outgoing-message.js';
import type { Session } from './session.js';

/** Whom an error goes to: a {@link Call}, or the sender of one of the protocol's own frames. */
export interface Sender {
  readonly session: Session;
  readonly path: string;
  readonly id?: FrameId | undefined;
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
      session.outgoing.deliver(createOutgoing(session.hub, path, result));
      return;
    }
    const what = channel?.reply === undefined ? 'out' : 'reply';
    const schema = channel?.[what];
    if (schema === undefined || (result === undefined && !acceptsNothing(schema, path))) {
      return sendRefusal(call, 'no_reply', `"${path}" was handled and answered nothing`);
    }
    const json = encodeOutput(schema, result, path, what);
    session.outgoing.write(session.hub.dialect.encode(path, json, { id }));
  } catch (error) {
    sendFailure(call, error);
  }
}

/** Sends the error that the caller may see of what a handler threw, and reports what it may not see. */
export function sendFailure(call: Call, thrown: unknown): void {
  if (!call.aborted) return sendError(call, visibleError(call, thrown));
  // a handler that was told to stop throws because of that
  if (!isAbortError(thrown)) call.session.hub.report(thrown, call.session, call.path);
}

/** Sends an error of the library's own. */
export function sendRefusal(sender: Sender, code: ErrorCode, text: string, data?: unknown): void {
  sendError(sender, new SocketError(code, `[${code}] ${text}`, { data }));
}

function sendError(sender: Sender, error: SocketError): void {
  const { session, path } = sender;
  let text: string;
  try {
    text = encodeError(sender, error);
  } catch (fault) {
    // what belongs to the error has no JSON form
    session.hub.report(fault, session, path);
    text = encodeError(sender, internal(path));
  }
  session.outgoing.write(text);
}

function encodeError({ session, path, id }: Sender, error: SocketError): string {
  const { dialect } = session.hub;
  const wire = toWireError(error);
  if (id !== undefined) return dialect.encode(path, undefined, { id, error: wire });
  return dialect.encode('$error', JSON.stringify({ ...wire, path: dialect.nameOf?.(path) ?? path }));
}

function visibleError({ session, path, channel }: Call, thrown: unknown): SocketError {
  if (isSocketError(thrown)) {
    if (passedOn.has(thrown.code)) return thrown;
    const errors = channel?.errors ?? {};
    const schema = Object.hasOwn(errors, thrown.code) ? errors[thrown.code] : undefined;
    if (schema !== undefined) {
      try {
        const data = parseOutput(schema, thrown.data, path, `errors.${thrown.code}`);
        return new SocketError(thrown.code, thrown.message, { data });
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

function acceptsNothing(schema: NonNullable<ChannelDefinition['out']>, path: string): boolean {
  try {
    parseOutput(schema, undefined, path, 'out');
    return true;
  } catch {
    return false;
  }
}

function isAbortError(thrown: unknown): boolean {
  return isSocketError(thrown, 'aborted') || (thrown instanceof Error && thrown.name === 'AbortError');
}
