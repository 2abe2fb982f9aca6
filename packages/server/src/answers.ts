// What goes back to the sender of a message: the answer, or the error it gets instead.
import { isSocketError, SocketError, type ChannelDefinition, type ErrorCode } from '@wirepact/core';
import { toWireError } from '@wirepact/core/internal';
import type { Call } from './call.js';
import type { Hub } from './hub.js';
import { createOutgoing, encodeOutput, parseOutput } from './outgoing-message.js';
import type { Session } from './session.js';

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
export function sendAnswer(
  hub: Hub,
  session: Session,
  call: Call,
  channel: ChannelDefinition | undefined,
  result: unknown,
): void {
  if (call.aborted) return;
  const { path, id } = call;
  try {
    if (id === undefined) {
      if (result === undefined || channel?.out === undefined || channel.reply !== undefined) return;
      session.outgoing.deliver(createOutgoing(hub.dialect, path, channel, result));
      return;
    }
    const what = channel?.reply === undefined ? 'out' : 'reply';
    const schema = channel?.[what];
    if (schema === undefined || (result === undefined && !acceptsNothing(schema, path))) {
      return sendRefusal(hub, session, call, 'no_reply', `"${path}" was handled and answered nothing`);
    }
    session.outgoing.write(hub.dialect.encode(path, encodeOutput(schema, result, path, what), { id }));
  } catch (error) {
    sendFailure(hub, session, call, channel, error);
  }
}

/** Sends the error that the caller may see of what a handler threw, and reports what it may not see. */
export function sendFailure(
  hub: Hub,
  session: Session,
  call: Call,
  channel: ChannelDefinition | undefined,
  thrown: unknown,
): void {
  if (call.aborted) {
    // a handler that was told to stop throws because of that
    if (!isAbortError(thrown)) hub.report(thrown, session, call.path);
    return;
  }
  const error = visibleError(hub, session, call, channel, thrown);
  sendError(hub, session, call, error);
}

/** Sends an error of the library's own. */
export function sendRefusal(
  hub: Hub,
  session: Session,
  call: Pick<Call, 'path' | 'id'>,
  code: ErrorCode,
  text: string,
  data?: unknown,
): void {
  sendError(hub, session, call, new SocketError(code, `[${code}] ${text}`, { data }));
}

function sendError(
  hub: Hub,
  session: Session,
  { path, id }: Pick<Call, 'path' | 'id'>,
  error: SocketError,
): void {
  const wire = toWireError(error);
  if (id === undefined)
    session.sendFrame(hub, '$error', { ...wire, path: hub.dialect.nameOf?.(path) ?? path });
  else session.outgoing.write(hub.dialect.encode(path, undefined, { id, error: wire }));
}

function visibleError(
  hub: Hub,
  session: Session,
  { path }: Call,
  channel: ChannelDefinition | undefined,
  thrown: unknown,
): SocketError {
  if (isSocketError(thrown)) {
    if (passedOn.has(thrown.code)) return thrown;
    const errors = channel?.errors ?? {};
    const schema = Object.hasOwn(errors, thrown.code) ? errors[thrown.code] : undefined;
    if (schema !== undefined) {
      try {
        const data = parseOutput(schema, thrown.data, path, `errors.${thrown.code}`);
        return new SocketError(thrown.code, thrown.message, { data });
      } catch (misfit) {
        hub.report(misfit, session, path);
        return internal(path);
      }
    }
  }
  hub.report(thrown, session, path);
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
