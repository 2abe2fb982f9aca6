// The life of one message: parse → middleware and route → answer. Whatever goes wrong becomes a typed error for its sender, and
// the process continues.
import type { ErrorCode } from '@wirepact/core';
import { parseIn, type Frame } from '@wirepact/core/internal';
import { countSent } from '../limits/amplification.js';
import { sendAgain, sendAnswer, sendFailure, sendRefusal } from './answers.js';
import { boundIssues } from './bound-issues.js';
import { Call } from './call.js';
import { discard, isThenable } from '../guarded.js';
import { HandlingContext } from './route-context.js';
import { noteNumber, numberOf } from '../session/received-numbers.js';
import type { AnyRoute, TableEntry } from './route-table.js';
import type { Session } from '../session/session.js';
import { runStream } from './streams.js';

/** Handles one application message. */
export function receive(session: Session, frame: Frame): void {
  const { hub } = session;
  const { path, data } = frame;
  const number = numberOf(session, frame);
  if (number !== undefined && !noteNumber(session, number)) return receiveAgain(session, frame, number);
  const entry = hub.routes.find(path);
  if (entry !== undefined) return receiveRouted(new Call(session, frame, entry.channel, number), entry, data);

  const call = new Call(session, frame, undefined, number);
  const onMessage = hub.hooks.event?.onMessage;
  if (onMessage === undefined) refuse(call, 'unknown_path', `the server knows no path "${path}"`);
  else handle(call, data, () => onMessage(session.socket, { path, data }));
}

/** Answers a frame that can be read and is not let in: on its `id`, like any other, and once. */
export function refuseFrame(session: Session, frame: Frame, why: string): void {
  const number = numberOf(session, frame);
  const isNew = number === undefined || noteNumber(session, number);
  if (isNew) refuse(new Call(session, frame, undefined, number), 'bad_frame', why);
  else if (session.shared?.elsewhere.has(number) !== true) answerAgain(session, frame, number);
}

/** A number comes twice when the client does not know that it arrived. What it asked for is not done again. */
function receiveAgain(session: Session, frame: Frame, number: number): void {
  const awaited = session.shared?.elsewhere.get(number);
  // should that process die over it, it is handled here
  if (awaited !== undefined) awaited.frame = frame;
  else answerAgain(session, frame, number);
}

function answerAgain(session: Session, { id }: Frame, number: number): void {
  for (const call of session.calls) if (call.number === number) return;
  if (id === undefined) session.hub.acknowledgements.owe(session);
  else sendAgain(session, number);
}

function receiveRouted(call: Call, { route, channel }: TableEntry, data: unknown): void {
  const { session, path, id } = call;
  if (channel.stream !== undefined) {
    if (id === undefined) {
      return refuse(call, 'id_required', `"${path}" is a stream; give the message an id`);
    }
    if (session.streamsInFlight >= session.hub.options.limits.maxInFlight) {
      session.hub.counters.limited.streams += 1;
      return refuse(call, 'overloaded', `${session.streamsInFlight} streams are open already`);
    }
  }
  let parsed;
  try {
    parsed = parseIn(channel.in, data, path);
  } catch (error) {
    sendFailure(call, error);
    return settleNumber(call);
  }
  if (!parsed.ok) {
    const issues = boundIssues(parsed.issues);
    return refuse(call, 'invalid_input', `the data does not fit "in" of "${path}"`, { issues });
  }
  const { value } = parsed;
  handle(call, value, () => callRoute(call, route, value));
}

function callRoute(call: Call, route: AnyRoute, data: unknown): unknown {
  const { session, channel } = call;
  const result = route(session.socket, data, new HandlingContext(call));
  if (channel?.stream === undefined) return result;
  // an async function that should have been a generator
  if (isThenable(result)) discard(result, (error) => session.hub.report(error, session, call.path));
  return runStream(call, channel.stream, result as AsyncIterable<unknown>);
}

/** Runs `work` inside the middleware, and sends what comes of it. */
function handle(call: Call, data: unknown, work: () => unknown): void {
  enter(call);
  let result: unknown;
  try {
    result = countSent(call.session, () => call.session.hub.routes.run(call, data, work));
    // even to look at it may throw
    if (isThenable(result)) return void settle(call, result);
  } catch (error) {
    return fail(call, error);
  }
  succeed(call, result);
}

async function settle(call: Call, pending: PromiseLike<unknown>): Promise<void> {
  let result: unknown;
  try {
    result = await pending;
  } catch (error) {
    return fail(call, error);
  }
  succeed(call, result);
}

function fail(call: Call, error: unknown): void {
  sendFailure(call, error);
  leave(call, true);
}

function succeed(call: Call, result: unknown): void {
  const { path, channel, stream, aborted } = call;
  // a stream that ran has told its end; this one a middleware has kept from its route
  const isKept = channel?.stream !== undefined && stream === undefined;
  if (channel?.stream === undefined) sendAnswer(call, result);
  else if (isKept && !aborted) sendRefusal(call, 'no_reply', `"${path}" was not streamed`);
  leave(call, isKept);
}

function enter(call: Call): void {
  const { session } = call;
  session.calls.add(call);
  if (call.channel?.stream !== undefined) session.streamsInFlight += 1;
  else if (++session.handlersInFlight >= session.hub.options.limits.maxInFlight) {
    session.connection?.intake.hold('handlers');
  }
}

/** Reading goes on at half of the bound, so that it does not stop and go with every message. */
function leave(call: Call, hasFailed = false): void {
  const { session } = call;
  session.calls.delete(call);
  settleNumber(call);
  if (call.channel?.stream !== undefined) leaveStream(call, hasFailed);
  else if (--session.handlersInFlight === 0) session.noteIdle();
  if (session.handlersInFlight <= session.hub.options.limits.maxInFlight / 2) {
    session.connection?.intake.release('handlers');
  }
}

/** A generator that goes on when its reader has gone still counts, or nothing would bound how many there are. */
function leaveStream(call: Call, hasFailed: boolean): void {
  const { session } = call;
  const left = (): void => void (session.streamsInFlight -= 1);
  // a middleware can fail while the generator runs, or before it begins, and nobody else could end it any more
  if (hasFailed) call.abort();
  if (call.stream?.finishing === undefined) left();
  else void call.stream.finishing.then(left);
}

/** Ends a call that no handler has seen. */
function refuse(call: Call, code: ErrorCode, text: string, data?: unknown): void {
  sendRefusal(call, code, text, data);
  settleNumber(call);
}

/** An answer acknowledges what it answers; an event is acknowledged by its number. What was called off is done without a word. */
function settleNumber({ session, number, id, aborted }: Call): void {
  if (number === undefined || (id !== undefined && !aborted)) return;
  // it was stopped, and left to the process that has the client
  if (session.shared?.unhandled.has(number) === true) return;
  if (session.shared?.movedTo !== undefined)
    return session.hub.cluster?.sessions.departures.forward(session, number);
  session.shared?.noteDone();
  if (id === undefined) session.hub.acknowledgements.owe(session);
}
