// Fills in what the application left open. Everything behind `createClient` reads the result only.
import { defaultReconnect, systemClock, type ResolvedReconnectOptions } from '@wirepact/core/internal';
import { pathData, type ClientDialect } from './client-dialect.js';
import type { ClientOptions, OutboxOptions } from './client-options.js';

/** {@link ClientOptions} with every default filled in. */
export interface ResolvedClientOptions extends Pick<
  ClientOptions,
  'url' | 'channels' | 'getToken' | 'WebSocket' | 'session'
> {
  readonly autoConnect: boolean;
  readonly dialect: ClientDialect;
  readonly clock: NonNullable<ClientOptions['clock']>;
  readonly reconnect: ResolvedReconnectOptions;
  readonly silenceMs: number;
  readonly requestTimeoutMs: number;
  readonly outbox: Required<OutboxOptions>;
}

export function resolveOptions(options: ClientOptions): ResolvedClientOptions {
  return {
    ...options,
    autoConnect: options.autoConnect ?? true,
    dialect: options.dialect ?? pathData,
    clock: options.clock ?? systemClock,
    reconnect: filled(defaultReconnect, options.reconnect),
    silenceMs: options.heartbeat?.timeoutMs ?? 10_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 10_000,
    outbox: filled({ maxMessages: 1_000, maxBytes: 1_048_576, maxAgeMs: 60_000 }, options.outbox),
  };
}

/** The defaults, but for what was given. A figure that was given as `undefined` was not. */
function filled<TFigures extends object>(defaults: TFigures, given?: Partial<TFigures>): TFigures {
  const figures = { ...defaults };
  for (const key in given) figures[key] = given[key] ?? defaults[key];
  return figures;
}
