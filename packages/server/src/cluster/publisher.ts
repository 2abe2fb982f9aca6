// Sends through a broker from a process that has no clients: a worker, a cron job, a script.
import type { AnyChannels, ChannelDefinitions, OutArgs, OutPath } from '@wirepact/core';
import { pathData, systemClock, type Clock } from '@wirepact/core/internal';
import type { Broker, BrokerListener, BrokerSettings } from './broker.js';
import { everyoneName } from '../delivery/log.js';
import { joinEngine } from './join-engine.js';
import { figures } from '../figures.js';
import { guarded } from '../guarded.js';
import { defaultOptions, type LogOptions } from '../options.js';
import { createOutgoing, type OutgoingMessage } from '../delivery/outgoing-message.js';
import { findRoomNameFault } from '../rooms/rooms.js';
import { createSecret } from '../secrets.js';
import { SharedSender } from './shared-sender.js';
import type { Target } from '../delivery/targets.js';
import { createTarget, type AnyTarget } from '../delivery/target.js';
import { Timers } from '../timers.js';

/** What a publisher can be told. */
export interface PublisherOptions {
  /** What the servers have, another one of the same kind: `redisBroker({ url })`. */
  readonly broker: Broker;
  /** Told of what `send` and `sendToAll` could not get accepted, and of what goes wrong with the broker. */
  readonly onError?: (error: unknown, where: { readonly path?: string }) => void;
  /** What the servers have been told, if that is not the default: a log is cut to the bounds of whoever appends to it. */
  readonly logs?: Pick<LogOptions, 'maxBytes' | 'maxAgeMs'>;
  /** @default the machine's own */
  readonly clock?: Clock;
}

/** Sends to the clients of servers elsewhere. */
export interface Publisher<TChannels = AnyChannels> {
  /** Sends to everyone. @throws SocketError `invalid_output` when the data does not fit the channel's `out` */
  sendToAll<TPath extends OutPath<TChannels>>(path: TPath, ...args: OutArgs<TChannels>[TPath]): void;
  /** Sends to everyone, resolving once the message is accepted. Rejects with `invalid_output` or `not_accepted`. */
  publish<TPath extends OutPath<TChannels>>(path: TPath, ...args: OutArgs<TChannels>[TPath]): Promise<void>;
  /** Everybody in a room. @throws TypeError when the name cannot be a room's */
  room(name: string): Target<TChannels>;
  /** Every client of a user. */
  user(id: string): Target<TChannels>;
  /** Leaves. What was sent and is not accepted yet is rejected. Calling it twice does no harm. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a publisher for the servers that have the same contract and the same broker.
 *
 * @example
 * ```ts
 * await using publisher = createPublisher(channels, { broker: redisBroker({ url }) });
 * await publisher.room('lobby').publish('chat', { text: 'the report is ready' });
 * ```
 */
export function createPublisher<TChannels extends ChannelDefinitions>(
  channels: TChannels,
  options: PublisherOptions,
): Publisher<TChannels> {
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
