// What the broker contract is tested with: an engine, processes that have joined it, and a record of what they were told.
import type { Append, Broker, BrokerListener, BrokerSettings, SharedEntry } from '../broker.js';

/** An engine that nobody has used yet, and that belongs to one test. */
export interface BrokerBench extends AsyncDisposable {
  /** Makes the broker of one more process. */
  createBroker(): Broker;
  /** Breaks every connection between brokers and engine. The brokers make others by themselves. */
  breakLines(): Promise<void>;
}

/** A bench whose time a test turns. */
export interface TimedBrokerBench extends BrokerBench {
  /** Lets time go by, for the engine and for every process. */
  pass(ms: number): Promise<void>;
}

/** Something that a process was told. */
export type Heard =
  | { readonly what: 'appended'; readonly log: string; readonly epoch: string; readonly entry: SharedEntry }
  | {
      readonly what: 'emitted';
      readonly log: string;
      readonly body: string;
      readonly slot: string | undefined;
      readonly time: number | undefined;
    }
  | { readonly what: 'renewed'; readonly log: string }
  | { readonly what: 'told'; readonly text: string }
  | { readonly what: 'returned' };

/** Bounds that no test comes near unless it means to. */
const amplest: Omit<BrokerSettings, 'processId'> = {
  maxLogBytes: 1_048_576,
  maxLogAgeMs: 300_000,
  sessionMs: 120_000,
};

let processes = 0;

/** One process that joined. */
export class BrokerProcess implements AsyncDisposable {
  readonly broker: Broker;
  readonly id: string;
  readonly heard: Heard[] = [];
  readonly failed: unknown[] = [];
  /** What `returned()` waits for. */
  looking: Promise<void> = Promise.resolve();
  #woken: (() => void)[] = [];

  constructor(broker: Broker, id: string) {
    this.broker = broker;
    this.id = id;
  }

  readonly listener: BrokerListener = {
    appended: (log, epoch, entry) => this.#hear({ what: 'appended', log, epoch, entry }),
    emitted: (log, body, slot, time) => this.#hear({ what: 'emitted', log, body, slot, time }),
    renewed: (log) => this.#hear({ what: 'renewed', log }),
    told: (text) => this.#hear({ what: 'told', text }),
    returned: () => {
      this.#hear({ what: 'returned' });
      return this.looking;
    },
    failed: (error) => void this.failed.push(error),
  };

  /** Resolves when as much was heard, of one kind or of all. */
  async until(count: number, what?: Heard['what']): Promise<Heard[]> {
    for (;;) {
      const heard = this.heard.filter((one) => what === undefined || one.what === what);
      if (heard.length >= count) return heard;
      await new Promise<void>((resolve) => this.#woken.push(resolve));
    }
  }

  /** Resolves when everything was heard that was said before. */
  async caughtUp(): Promise<void> {
    const marker = `caught up ${(processes += 1)}`;
    void this.broker.tell(this.id, marker);
    while (!this.heard.some((one) => one.what === 'told' && one.text === marker)) {
      await new Promise<void>((resolve) => this.#woken.push(resolve));
    }
    this.heard.splice(
      this.heard.findIndex((one) => one.what === 'told' && one.text === marker),
      1,
    );
  }

  /** The texts of what was heard of messages. */
  get bodies(): string[] {
    return this.heard.flatMap((one) =>
      one.what === 'appended' ? [one.entry.body] : one.what === 'emitted' ? [one.body] : [],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.broker.close();
  }

  #hear(heard: Heard): void {
    this.heard.push(heard);
    for (const wake of this.#woken.splice(0)) wake();
  }
}

/** Has one more process join. */
export async function joinBench(
  bench: BrokerBench,
  settings: Partial<BrokerSettings> = {},
): Promise<BrokerProcess> {
  const id = settings.processId ?? `p_${(processes += 1)}`;
  const process = new BrokerProcess(bench.createBroker(), id);
  await process.broker.join(process.listener, { ...amplest, ...settings, processId: id });
  return process;
}

/** A message to append. */
export function messageOf(body: string, given: Partial<Append> = {}): Append {
  return { log: 'lobby', epoch: 'e1', knownAt: 0, ...given, body };
}

/** The texts of entries, and that each follows the one before it. */
export function chainOf(entries: readonly SharedEntry[]): {
  readonly bodies: string[];
  readonly isWhole: boolean;
} {
  const isWhole = entries.every(({ at, after }, index) => {
    const before = entries[index - 1];
    return at > after && (before === undefined || after === before.at);
  });
  return { bodies: entries.map(({ body }) => body), isWhole };
}
