// Sends through a broker from a process that serves no clients: a worker, a cron job, a script.
import type { AnyChannels, ChannelDefinitions, OutArgs, OutPath } from '@wirepact/core';
import { pathData, systemClock, type Clock } from '@wirepact/core/internal';
import type { Broker, BrokerListener, BrokerSettings } from './broker.js';
import { everyoneName } from '../delivery/log.js';
import { joinEngine } from './join-engine.js';
import { figures } from '../figures.js';
import { guarded } from '../guarded.js';
import { checkKnownToPublisher } from '../known-options.js';
import type { LogOptions } from '../options.js';
import { defaultOptions } from '../resolve-options.js';
import { createOutgoing, type OutgoingMessage } from '../delivery/outgoing-message.js';
import { findRoomNameFault } from '../rooms/rooms.js';
import { createSecret } from '../secrets.js';
import { SharedSender } from './shared-sender.js';
import type { Target } from '../delivery/targets.js';
import { createTarget, type AnyTarget } from '../delivery/target.js';
import { Timers } from '../timers.js';

/** The options of {@link createPublisher}. */
export interface PublisherOptions {
  /** A broker with the same settings as the servers' one: `redisBroker({ url })`. */
  readonly broker: Broker;
  /**
   * Receives the errors of messages that `send` and `sendToAll` could not get accepted, and problems of the broker.
   *
   * @default none; nothing is printed
   */
  readonly onError?: (error: unknown, where: { readonly path?: string }) => void;
  /**
   * The servers' `logs` options, if they are not the defaults. Every sender trims a log to its own bounds.
   *
   * @default the servers' defaults
   */
  readonly logs?: Pick<LogOptions, 'maxBytes' | 'maxAgeMs'>;
  /** Time and timers, for tests. @default the machine's */
  readonly clock?: Clock;
}

/** Sends to the clients of servers in other processes. */
export interface Publisher<TChannels = AnyChannels> {
  /**
   * Sends to every client.
   *
   * @throws SocketError `invalid_output` if the data does not fit the channel's `out`, `message_too_large` if it exceeds 4 MiB
   */
  sendToAll<TPath extends OutPath<TChannels>>(path: TPath, ...args: OutArgs<TChannels>[TPath]): void;
  /**
   * Sends to every client, and resolves once the message is accepted.
   * Rejects with `invalid_output`, `message_too_large` or `not_accepted`.
   */
  publish<TPath extends OutPath<TChannels>>(path: TPath, ...args: OutArgs<TChannels>[TPath]): Promise<void>;
  /** The clients in a room. @throws TypeError for an invalid room name */
  room(name: string): Target<TChannels>;
  /** Every client of a user. */
  user(id: string): Target<TChannels>;
  /** Ends the publisher. Messages that are not accepted by then are rejected. Calling it twice does no harm. */
  close(): Promise<void>;
  /** Does what `close()` does. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Creates a publisher for the servers that have the same contract and the same broker.
 *
 * @example
 * ```ts
 * await using publisher = createPublisher(channels, { broker: redisBroker({ url }) });
 * await publisher.room('lobby').publish('chat', { text: 'The report is ready.' });
 * ```
 *
 * @throws TypeError for an unknown or invalid option, and for a broker that another publisher or a `SocketManager` has
 */
export function createPublisher<TChannels extends ChannelDefinitions>(
  channels: TChannels,
  options: PublisherOptions,
): Publisher<TChannels> {
  checkKnownToPublisher(options);
  return new RemotePublisher(channels, options);
}

class RemotePublisher {
  readonly #channels: ChannelDefinitions;
  readonly #options: PublisherOptions;
  readonly #sender: SharedSender;
  readonly #timers: Timers;

  constructor(channels: ChannelDefinitions, options: PublisherOptions) {
    const clock = options.clock ?? systemClock;
    this.#channels = channels;
    this.#options = options;
    this.#timers = new Timers(clock);
    this.#sender = new SharedSender(options.broker, clock, this.#timers, (error) => this.#report(error));
    joinEngine({
      ...{ broker: options.broker, listener: this.#listener(), settings: settings(options.logs) },
      ...{ clock, timers: this.#timers, failed: (error) => this.#report(error) },
    });
  }

  sendToAll(path: string, data?: unknown): void {
    this.#everyone().send(path, data);
  }

  publish(path: string, data?: unknown): Promise<void> {
    return this.#everyone().publish(path, data);
  }

  room(name: string): AnyTarget {
    const fault = findRoomNameFault(name);
    if (fault !== undefined) throw new TypeError(fault);
    return createTarget(this.#report, (path, data) => {
      return this.#sender.publish(name, this.#encode(path, data, name));
    });
  }

  user(id: string): AnyTarget {
    return createTarget(this.#report, (path, data) => {
      return this.#sender.publishToUser(id, this.#encode(path, data));
    });
  }

  async close(): Promise<void> {
    this.#timers.end();
    this.#sender.release();
    await this.#options.broker.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #everyone(): AnyTarget {
    return createTarget(this.#report, (path, data) => {
      return this.#sender.publish(everyoneName, this.#encode(path, data));
    });
  }

  #encode(path: string, data: unknown, room?: string): OutgoingMessage {
    const host = { channels: this.#channels, dialect: pathData, options: defaultOptions };
    return createOutgoing(host, path, data, room);
  }

  #listener(): BrokerListener {
    return {
      appended() {},
      emitted() {},
      renewed() {},
      told() {},
      returned: async (mayHaveLost) => {
        // it follows nothing, so that it cannot have missed anything
        if (!mayHaveLost) return;
        this.#sender.hold();
        this.#sender.verifySoon();
      },
      failed: (error) => this.#report(error),
    };
  }

  readonly #report = (error: unknown, path?: string): void => {
    guarded(
      () => this.#options.onError?.(error, path === undefined ? {} : { path }),
      // there is nobody left to tell
      () => undefined,
    );
  };
}

/** @throws TypeError for a bound that is no number above 0 */
function settings(given: PublisherOptions['logs']): BrokerSettings {
  const { logs, session } = defaultOptions;
  const { maxBytes, maxAgeMs } = figures('logs', logs, given);
  return {
    processId: createSecret(),
    maxLogBytes: maxBytes,
    maxLogAgeMs: maxAgeMs,
    sessionMs: session.resumeForMs,
  };
}
