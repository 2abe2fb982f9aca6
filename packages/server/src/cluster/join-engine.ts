// Joins the engine. If it is unreachable or refuses, that is reported, and joining is tried again.
import { defaultReconnect, reconnectDelay, type Clock } from '@wirepact/core/internal';
import type { Broker, BrokerListener, BrokerSettings } from './broker.js';
import type { Timers } from '../timers.js';

/** Who joins an engine. */
export interface Joining {
  readonly broker: Broker;
  readonly listener: BrokerListener;
  readonly settings: BrokerSettings;
  readonly clock: Clock;
  /** It is not tried again once they have ended. */
  readonly timers: Timers;
  joined?(): Promise<void>;
  failed(error: unknown): void;
}

/** Joins the engine, as often as it takes. */
export function joinEngine(joining: Joining, attempt = 1): void {
  const { broker, listener, settings, clock, timers } = joining;
  broker.join(listener, settings).then(
    () => joining.joined?.().catch((error: unknown) => joining.failed(error)),
    (error: unknown) => {
      joining.failed(error);
      // a broker that is somebody else's already remains so
      if (error instanceof TypeError) return;
      const delayMs = reconnectDelay(attempt + 1, defaultReconnect, () => clock.random());
      timers.after('join', delayMs, () => joinEngine(joining, attempt + 1));
    },
  );
}
