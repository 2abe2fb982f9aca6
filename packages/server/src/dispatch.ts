// The life of one message: parse → middleware and route → answer. Whatever goes wrong on the way becomes a typed error
// for its sender, and the process goes on.
import type { ChannelDefinition } from '@wirepact/core';
import { parseIn, type Frame } from '@wirepact/core/internal';
import { sendAnswer, sendFailure, sendRefusal } from './answers.js';
import { Call } from './call.js';
import { findChannel, type Hub } from './hub.js';
import { HandlingContext } from './route-context.js';
import type { AnyRoute } from './route-table.js';
import type { Session } from './session.js';
import { runStream } from './streams.js';

/** Handles one application message. */
export function receive(hub: Hub, session: Session, frame: Frame): void {
  const { path, id } = frame;
  const call = new Call(path, session.nextMessageId(), id);
  const route = hub.routes.find(path);
  const channel = findChannel(hub, path);
  if (route === undefined || channel?.in === undefined) return receiveUnrouted(hub, session, call, frame);

  if (channel.stream !== undefined) {
    if (id === undefined) {
      return sendRefusal(hub, session, call, 'id_required', `"${path}" is a stream; give the message an id`);
    }
    const { streamsInFlight } = session;
    if (streamsInFlight >= hub.options.limits.maxInFlight) {
      return sendRefusal(hub, session, call, 'overloaded', `${streamsInFlight} streams are open already`);
    }
  }
  try {
    const parsed = parseIn(channel.in, frame.data, path);
    if (!parsed.ok) {
      const { issues } = parsed;
      return sendRefusal(hub, session, call, 'invalid_input', `the data does not fit "in" of "${path}"`, {
        issues,
      });
    }
    const { value } = parsed;
    handle(hub, session, call, channel, value, () => callRoute(hub, session, call, channel, route, value));
  } catch (error) {
    sendFailure(hub, session, call, channel, error);
  }
}

/** What no route takes goes to `onMessage`; without one nobody knows the path. */
function receiveUnrouted(hub: Hub, session: Session, call: Call, { path, data }: Frame): void {
  const onMessage = hub.hooks.event?.onMessage;
  if (onMessage === undefined) {
    return sendRefusal(hub, session, call, 'unknown_path', `the server knows no path "${path}"`);
  }
  handle(hub, session, call, undefined, data, () => onMessage(session.socket, { path, data }));
}

function callRoute(
  hub: Hub,
  session: Session,
  call: Call,
  channel: ChannelDefinition,
  route: AnyRoute,
  data: unknown,
): unknown {
  const result = route(session.socket, data, new HandlingContext(call, hub.manager));
  if (channel.stream === undefined) return result;
  return runStream(call, result as AsyncIterable<unknown>, channel.stream, {
    dialect: hub.dialect,
    outgoing: session.outgoing,
    grants: session.speaksProtocol,
  });
}

function handle(
  hub: Hub,
  session: Session,
  call: Call,
  channel: ChannelDefinition | undefined,
  data: unknown,
  work: () => unknown,
): void {
  const isStream = channel?.stream !== undefined;
  const succeed = (result: unknown): void => {
    leave(hub, session, call, isStream);
    if (!isStream) sendAnswer(hub, session, call, channel, result);
  };
  const fail = (error: unknown): void => {
    leave(hub, session, call, isStream);
    sendFailure(hub, session, call, channel, error);
  };
  enter(hub, session, call, isStream);
  let result: unknown;
  try {
    result = hub.routes.run(session.socket, call, data, work);
  } catch (error) {
    return fail(error);
  }
  if (isThenable(result)) result.then(succeed, fail);
  else succeed(result);
}

function enter(hub: Hub, session: Session, call: Call, isStream: boolean): void {
  session.calls.add(call);
  if (isStream) session.streamsInFlight += 1;
  else if (++session.handlersInFlight === hub.options.limits.maxInFlight) pauseReading(session, true);
}

/** Reading goes on at half of the bound, so that it does not stop and go with every message. */
function leave(hub: Hub, session: Session, call: Call, isStream: boolean): void {
  session.calls.delete(call);
  if (isStream) session.streamsInFlight -= 1;
  else if (--session.handlersInFlight === hub.options.limits.maxInFlight >> 1) pauseReading(session, false);
}

function pauseReading(session: Session, isPaused: boolean): void {
  session.isPaused = isPaused;
  if (isPaused) session.transport.pause();
  else session.transport.resume();
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
