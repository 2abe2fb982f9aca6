// Brokers over a real Redis for the tests of this package, each with a listener that records what it is told.
import type { Broker, BrokerListener, BrokerSettings, SharedEntry } from '@wirepact/server';
import { startRedis, type RedisServer } from '../../../e2e/redis/start-redis.js';
import type { RedisBrokerOptions } from './options.js';
import { redisBroker } from './redis-broker.js';

export { startRedis, type RedisServer };

/** What a listener was told, in its order. */
type Told =
  | { readonly kind: 'appended'; readonly log: string; readonly epoch: string; readonly entry: SharedEntry }
  | {
      readonly kind: 'emitted';
      readonly log: string;
      readonly body: string;
      readonly slot: string | undefined;
      readonly time: number | undefined;
    }
  | { readonly kind: 'renewed'; readonly log: string }
  | { readonly kind: 'told'; readonly text: string }
  | { readonly kind: 'returned'; readonly mayHaveLost: boolean }
  | { readonly kind: 'failed'; readonly error: unknown };

/** A listener that a test can ask. */
class Ear implements BrokerListener {
  readonly heard: Told[] = [];
  /** What it does before it has found out what was lost. */
  onReturn: () => Promise<void> = () => Promise.resolve();
  readonly #waiting = new Set<() => void>();

  appended(log: string, epoch: string, entry: SharedEntry): void {
    this.#note({ kind: 'appended', log, epoch, entry });
  }

  emitted(log: string, body: string, slot?: string, time?: number): void {
    this.#note({ kind: 'emitted', log, body, slot, time });
  }

  renewed(log: string): void {
    this.#note({ kind: 'renewed', log });
  }

  told(text: string): void {
    this.#note({ kind: 'told', text });
  }

  async returned(mayHaveLost: boolean): Promise<void> {
    this.#note({ kind: 'returned', mayHaveLost });
    await this.onReturn();
  }

  failed(error: unknown): void {
    this.#note({ kind: 'failed', error });
  }

  /** What of one kind was told. */
  all<TKind extends Told['kind']>(kind: TKind): Extract<Told, { kind: TKind }>[] {
    return this.heard.filter((told): told is Extract<Told, { kind: TKind }> => told.kind === kind);
  }

  /** The bodies that were appended to a log, as they came. */
  bodies(log: string): string[] {
    return this.all('appended').flatMap((told) => (told.log === log ? [told.entry.body] : []));
  }

  /** Resolves once something holds of what was told. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #note(told: Told): void {
    this.heard.push(told);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** A broker that has joined, closed when it is disposed. */
export interface JoinedBroker extends AsyncDisposable {
  readonly broker: Broker;
  readonly ear: Ear;
  readonly processId: string;
  /** Resolves when Redis is there. */
  readonly joined: Promise<void>;
}

let processes = 0;

/** Makes a broker and lets it join. */
export function joinBroker(
  options: RedisBrokerOptions,
  settings: Partial<BrokerSettings> = {},
): JoinedBroker {
  const ear = new Ear();
  const broker = redisBroker(options);
  const processId = settings.processId ?? `process-${(processes += 1)}`;
  const joined = broker.join(ear, {
    ...{ maxLogBytes: 1_048_576, maxLogAgeMs: 300_000, sessionMs: 120_000 },
    ...settings,
    processId,
  });
  joined.catch(() => undefined);
  return { broker, ear, processId, joined, [Symbol.asyncDispose]: () => broker.close() };
}

/** A broker that has joined and is there. */
export async function startBroker(
  options: RedisBrokerOptions,
  settings: Partial<BrokerSettings> = {},
): Promise<JoinedBroker> {
  const joined = joinBroker(options, settings);
  await joined.joined;
  return joined;
}
