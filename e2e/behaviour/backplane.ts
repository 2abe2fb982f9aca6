// What joins the servers of one test: brokers over one Redis, with a prefix for each test. It knows when
// nothing is on its way between them, so that a test waits for what happens, never for time.
import { redisBroker } from '@wirepact/redis';
import type { Broker, BrokerListener } from '@wirepact/server';
import { startRedis, type RedisServer } from '../redis/start-redis.js';

/** What joins the servers of one test. */
export interface Backplane {
  /** How many servers there are. */
  readonly processes: number;
  /** The broker of one more server. */
  broker(): Broker;
  /** Resolves when all that was on its way has arrived. `true` when there was any since it was last asked. */
  settle(): Promise<boolean>;
}

/** For all test files of a process; it ends with that. */
let redis: Promise<RedisServer> | undefined;
let tests = 0;

/** Joins so many servers over Redis. */
export async function joinOverRedis(processes: number): Promise<Backplane> {
  redis ??= startRedis();
  const { url } = await redis;
  const prefix = `test-${(tests += 1)}`;
  return new RedisBackplane(processes, () => redisBroker({ url, prefix, ...patient }));
}

/** A starved machine is no reason to give up a Redis that is there. */
const patient = { publishTimeoutMs: 20_000, heartbeat: { intervalMs: 10_000, timeoutMs: 20_000 } };

const barrier = 'barrier ';

/** A broker that has joined. */
interface Joined {
  readonly broker: Broker;
  readonly processId: string;
}

/** A word from one process to another that is on its way. */
interface Barrier {
  readonly ends: readonly Broker[];
  readonly passed: () => void;
}

class RedisBackplane implements Backplane {
  readonly processes: number;
  readonly #createBroker: () => Broker;
  readonly #joined = new Set<Joined>();
  readonly #asked = new Set<Promise<unknown>>();
  /** What was said and heard so far. */
  #activity = 0;
  #settledAt = 0;
  #barriers = 0;
  readonly #passing = new Map<string, Barrier>();

  constructor(processes: number, createBroker: () => Broker) {
    this.processes = processes;
    this.#createBroker = createBroker;
  }

  broker(): Broker {
    const broker = this.#createBroker();
    const watched: Partial<Broker> = {
      join: async (listener, settings) => {
        await broker.join(this.#listen(listener), settings);
        this.#joined.add({ broker, processId: settings.processId });
      },
      close: () => {
        for (const joined of this.#joined) if (joined.broker === broker) this.#joined.delete(joined);
        // what it would have heard, or said, nobody waits for any more
        for (const { ends, passed } of this.#passing.values()) if (ends.includes(broker)) passed();
        return broker.close();
      },
    };
    return new Proxy(broker, {
      get: (_, name) => {
        const method: unknown = Reflect.get(name in watched ? watched : broker, name);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]): unknown => this.#note(Reflect.apply(method, broker, args));
      },
    });
  }

  async settle(): Promise<boolean> {
    const before = this.#settledAt;
    for (let seen = -1; seen !== this.#activity;) {
      seen = this.#activity;
      await Promise.allSettled(this.#asked);
      await this.#passBarriers();
    }
    this.#settledAt = this.#activity;
    return this.#activity !== before;
  }

  /** What one process says to another goes the way of all that it said before, and comes after it. */
  async #passBarriers(): Promise<void> {
    const pairs = [...this.#joined].flatMap((from) => [...this.#joined].map((to) => [from, to] as const));
    await Promise.all(
      pairs.map(([from, to]) => {
        const text = `${barrier}${(this.#barriers += 1)}`;
        return new Promise<void>((passed) => {
          this.#passing.set(text, { ends: [from.broker, to.broker], passed });
          void from.broker.tell(to.processId, text);
        });
      }),
    );
  }

  #note(result: unknown): unknown {
    this.#activity += 1;
    if (result instanceof Promise) {
      const answered = result.finally(() => {
        this.#activity += 1;
        this.#asked.delete(answered);
      });
      this.#asked.add(answered);
      answered.catch(() => undefined);
    }
    return result;
  }

  #listen(listener: BrokerListener): BrokerListener {
    return new Proxy(listener, {
      get: (_, name) => {
        const method: unknown = Reflect.get(listener, name);
        if (typeof method !== 'function') return method;
        return (...args: readonly unknown[]): unknown => {
          const [text] = args;
          if (name !== 'told' || !String(text).startsWith(barrier)) {
            this.#activity += 1;
            return Reflect.apply(method, listener, args);
          }
          this.#passing.get(String(text))?.passed();
          return void this.#passing.delete(String(text));
        };
      },
    });
  }
}
