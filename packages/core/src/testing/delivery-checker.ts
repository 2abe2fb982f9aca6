// Judges what was delivered: told what was accepted, received, reported missing and handled, it says what broke the promise
// that nothing is lost in silence, comes twice or comes out of order. It knows no clock, no socket and no server.
import { HandlerRuns } from './handler-runs.js';
import { StreamRecord } from './stream-record.js';
import type { Violation } from './violation.js';

/** What names a message among those of its stream. */
export type MessageKey = string | number;

/** A message whose send did not throw. Tell the checker of those of one stream in the order of their sending. */
export interface AcceptedMessage {
  /** What has an order of its own: a room, everyone, what one client is sent alone, what one client sends. */
  readonly stream: string;
  readonly message: MessageKey;
  /** Who must get it, or be told that they did not. */
  readonly to: readonly string[];
  /** Who else may get it, such as newcomers who may read what was said before. @default nobody */
  readonly mayReach?: readonly string[];
}

/** A message that the receiver's listener was called with. */
export interface ReceivedMessage {
  readonly client: string;
  readonly stream: string;
  readonly message: MessageKey;
  /** Where it stood in its log, for a harness that sees the wire: then the chain of positions is judged as well. */
  readonly position?: Position;
}

/** Where a message stands in its log, and where the one before it does. */
export interface Position {
  readonly epoch: string;
  readonly at: number;
  readonly after: number;
}

/**
 * A gap that a client was told of. It covers what is missing between the messages that came before and after it, as far as
 * that was accepted when it was told.
 */
export interface ToldGap {
  readonly client: string;
  readonly stream: string;
  /** Told because nobody can know whether something is missing, as when the server was replaced. @default false */
  readonly mayBeEmpty?: boolean;
  /** The first and the last message that it covers, where the harness knows; then no other is covered. */
  readonly first?: MessageKey;
  readonly last?: MessageKey;
}

/** A place from which a client goes on, for a harness that sees the wire: after a join, a replay's header, a gap. */
export interface Cursor {
  readonly client: string;
  readonly stream: string;
  readonly epoch: string;
  readonly at: number;
}

/** Judges what was delivered. */
export interface DeliveryChecker {
  /** A send was accepted. */
  accepted(message: AcceptedMessage): void;
  /** A listener was called. */
  received(message: ReceivedMessage): void;
  /** `onGap` was called. */
  gap(gap: ToldGap): void;
  /** Its sender was told that nobody knows whether this message arrived, or that it did not. */
  disowned(message: Pick<AcceptedMessage, 'stream' | 'message'>): void;
  /** A client's position was set by something other than a message. */
  positioned(cursor: Cursor): void;
  /** A handler began, on this server where there are several. */
  handlerStarted(messageId: MessageKey, server?: string): void;
  /** It has ended, however it did. */
  handlerEnded(messageId: MessageKey): void;
  /** The sender knows that its message was handled: it has the answer. */
  acknowledged(messageId: MessageKey): void;
  /** The server died with all that was running. */
  killed(server?: string): void;
  /** What broke the promise so far; call it once everything that is on its way has arrived. */
  violations(): readonly Violation[];
}

/**
 * Makes a checker for one run.
 *
 * @example
 * ```ts
 * const checker = createDeliveryChecker();
 * client.on('chat', ({ n }) => checker.received({ client: 'a', stream: 'lobby', message: n }));
 * client.onGap(({ stream, room = stream }) => checker.gap({ client: 'a', stream: room }));
 * sockets.room('lobby').send('chat', { n: 1 });
 * checker.accepted({ stream: 'lobby', message: 1, to: ['a'] });
 * // …and when all has arrived
 * expect(checker.violations()).toEqual([]);
 * ```
 */
export function createDeliveryChecker(): DeliveryChecker {
  const streams = new Map<string, StreamRecord>();
  const handlers = new HandlerRuns();
  const streamOf = (name: string): StreamRecord => {
    let stream = streams.get(name);
    if (stream === undefined) streams.set(name, (stream = new StreamRecord(name)));
    return stream;
  };
  return {
    accepted: (message) => streamOf(message.stream).accept(message),
    received: (message) => streamOf(message.stream).receive(message),
    gap: (gap) => streamOf(gap.stream).gap(gap),
    disowned: ({ stream, message }) => streamOf(stream).disown(message),
    positioned: (cursor) => streamOf(cursor.stream).position(cursor),
    handlerStarted: (messageId, server) => handlers.start(messageId, server),
    handlerEnded: (messageId) => handlers.end(messageId),
    acknowledged: (messageId) => handlers.acknowledge(messageId),
    killed: (server) => handlers.kill(server),
    violations: () => [
      ...[...streams.values()].flatMap((stream) => stream.violations()),
      ...handlers.violations(),
    ],
  };
}
