// Fills in the defaults of the options. Everything behind `createClient` reads only the result.
import { defaultReconnect, systemClock, type ResolvedReconnectOptions } from '@wirepact/core/internal';
import { pathData } from './client-dialect.js';
import type { ClientOptions, HeartbeatOptions, OutboxOptions } from './client-options.js';

type Filled = Required<Pick<ClientOptions, 'autoConnect' | 'dialect' | 'clock' | 'requestTimeoutMs'>>;

/** {@link ClientOptions} with every default filled in. */
export interface ResolvedClientOptions
  extends Filled, Pick<ClientOptions, 'url' | 'channels' | 'getToken' | 'WebSocket' | 'session'> {
  readonly reconnect: ResolvedReconnectOptions;
  readonly heartbeat: Required<HeartbeatOptions>;
  readonly outbox: Required<OutboxOptions>;
}

export function resolveOptions(options: ClientOptions): ResolvedClientOptions {
  if (options.url === undefined) throw new TypeError('url is undefined');
  return {
    ...options,
    ...filled<Filled>(
      { autoConnect: true, dialect: pathData, clock: systemClock, requestTimeoutMs: 10_000 },
      options,
    ),
    reconnect: filled(defaultReconnect, options.reconnect),
    heartbeat: filled({ timeoutMs: 10_000 }, options.heartbeat),
    outbox: filled({ maxMessages: 1_000, maxBytes: 1_048_576, maxAgeMs: 60_000 }, options.outbox),
  };
}

/** The defaults, overridden by what was given. `undefined` counts as not given. */
function filled<TOptions extends object>(defaults: TOptions, given?: Partial<TOptions>): TOptions {
  const options = { ...defaults };
  for (const name in defaults) {
    const value = (options[name] = given?.[name] ?? defaults[name]);
    if (typeof defaults[name] === 'number' && Math.abs(value as number) !== value) {
      throw new TypeError(`${name} is ${value as number}, not 0 or more`);
    }
  }
  return options;
}
