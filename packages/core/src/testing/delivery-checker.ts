// Compares what was received with what was sent. A test reports what was accepted, received, reported missing and
// handled; the checker says what was lost silently, duplicated or reordered. It knows no clock, no socket and no
// server.
import { HandlerRuns } from './handler-runs.js';
import { LogRecord } from './log-record.js';
import type { Violation } from './violation.js';

/** Identifies a message within its log. */
export type MessageKey = string | number;

/** A message whose send did not throw. Report the messages of one log in the order in which they were sent. */
export interface AcceptedMessage {
  /**
   * Names messages that have one common order: those to one room, to everyone, to one client alone, or from one client.
   */
  readonly log: string;
  /** Identifies the message within its log. */
  readonly message: MessageKey;
  /** The clients that must receive it, or be told of a gap instead. */
  readonly to: readonly string[];
  /** Further clients that may receive it but need not, such as new members of a room with history. @default nobody */
  readonly mayReach?: readonly string[];
}

/** A message with which a client's listener was called. */
export interface ReceivedMessage {
  readonly client: string;
  readonly log: string;
  readonly message: MessageKey;
  /** The message's position, if you observe the frames. The checker then also verifies the chain of positions. */
  readonly position?: Position;
}

/** The position of a message in its log, and (`after`) the position of the message before it. */
export interface Position {
  readonly epoch: string;
  readonly at: number;
  readonly after: number;
}

/**
 * A gap of which a client was told.
 * It covers what is missing between the messages before and after it, as far as they were accepted when the gap was
 * reported.
 */
export interface ToldGap {
  readonly client: string;
  readonly log: string;
  /** Allows a gap in which nothing is missing, as when the server was replaced. @default false */
  readonly mayBeEmpty?: boolean;
  /** The first and the last message that the gap covers, if you know them. It then covers no other messages. */
  readonly first?: MessageKey;
  readonly last?: MessageKey;
}

/** A client's position that something other than a message set, such as a join or a gap; if you observe the frames. */
export interface ToldPosition {
  readonly client: string;
  readonly log: string;
  readonly epoch: string;
  readonly at: number;
}

/** Compares what was received with what was sent. */
export interface DeliveryChecker {
  /**
   * Reports that a send did not throw.
   *
   * @throws TypeError if a message of this log with the same key was accepted before
   */
  accepted(message: AcceptedMessage): void;
  /** Reports that a listener was called. */
  received(message: ReceivedMessage): void;
  /** Reports that `onGap` was called. */
  gap(gap: ToldGap): void;
  /** Reports that the sender was told that the message was not sent, or that its outcome is not known. */
  disowned(message: Pick<AcceptedMessage, 'log' | 'message'>): void;
  /** Reports that something other than a message set a client's position. */
  positioned(position: ToldPosition): void;
  /** Reports that a handler began. Name the server if there are several. */
  handlerStarted(messageId: MessageKey, server?: string): void;
  /**
   * Reports that a handler ended, with or without an error. Name the same server as when it began; without a name, the
   * handler that began last has ended.
   */
  handlerEnded(messageId: MessageKey, server?: string): void;
  /** Reports that the sender got the answer, and so knows that its message was handled. */
  acknowledged(messageId: MessageKey): void;
  /** Reports that a server died, together with everything that it was running. */
  killed(server?: string): void;
  /** Returns what went wrong so far. Call it once everything in transit has arrived. */
  violations(): readonly Violation[];
}

/**
 * Creates a checker for one run.
 *
 * @example
 * ```ts
 * const checker = createDeliveryChecker();
 * client.on('chat', ({ n }) => checker.received({ client: 'a', log: 'lobby', message: n }));
 * client.onGap(({ log, room = log }) => checker.gap({ client: 'a', log: room }));
 * sockets.room('lobby').send('chat', { n: 1 });
 * checker.accepted({ log: 'lobby', message: 1, to: ['a'] });
 * // … and when everything has arrived
 * expect(checker.violations()).toEqual([]);
 * ```
 */
export function createDeliveryChecker(): DeliveryChecker {
  const logs = new Map<string, LogRecord>();
  const handlers = new HandlerRuns();
  const logOf = (name: string): LogRecord => {
    let log = logs.get(name);
    if (log === undefined) logs.set(name, (log = new LogRecord(name)));
    return log;
  };
  return {
    accepted: (message) => logOf(message.log).accept(message),
    received: (message) => logOf(message.log).receive(message),
    gap: (gap) => logOf(gap.log).gap(gap),
    disowned: ({ log, message }) => logOf(log).disown(message),
    positioned: (position) => logOf(position.log).position(position),
    handlerStarted: (messageId, server) => handlers.start(messageId, server),
    handlerEnded: (messageId, server) => handlers.end(messageId, server),
    acknowledged: (messageId) => handlers.acknowledge(messageId),
    killed: (server) => handlers.kill(server),
    violations: () => [...[...logs.values()].flatMap((log) => log.violations()), ...handlers.violations()],
  };
}
