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

/** The brokers that somebody has. One remains its own also after it has ended. */
const taken = new WeakSet<Broker>();

/** Joins the engine, as often as it takes. @throws TypeError for a broker that somebody else has */
export function joinEngine(joining: Joining): void {
  const { broker } = joining;
  if (taken.has(broker))
    throw new TypeError('this broker has a SocketManager or publisher already; make one for each');
  taken.add(broker);
  tryToJoin(joining, 1);
}

function tryToJoin(joining: Joining, attempt: number): void {
  const { broker, listener, settings, clock, timers } = joining;
  broker.join(listener, settings).then(
    () => joining.joined?.().catch((error: unknown) => joining.failed(error)),
    (error: unknown) => {
      joining.failed(error);
      // a broker that was joined through another copy of this package remains so
      if (error instanceof TypeError) return;
      const delayMs = reconnectDelay(attempt + 1, defaultReconnect, () => clock.random());
      timers.after('join', delayMs, () => tryToJoin(joining, attempt + 1));
    },
  );
}
