// A network in memory: servers at paths, lines over which clients connect to them, and a single order of events.
// Without a clock, nothing takes time.
import type { Clock } from '../clock.js';
import type { Transport } from '../transport.js';
import type { Answer } from './memory-connection.js';
import { MemoryLine, type Line } from './memory-line.js';
import { createSeededRandom } from './seeded-random.js';

declare function setTimeout(callback: () => void, delayMs: number): unknown;
declare const setImmediate: ((callback: () => void) => unknown) | undefined;

/** What decides about connections, such as a `SocketManager`. */
export interface Acceptor {
  /** Decides about one request for a connection, and opens the connection if it accepts. */
  admit(request: {
    readonly headers: Readonly<Record<string, string>>;
    readonly url: string;
    readonly remoteAddress: string;
    readonly encrypted: boolean;
  }): Promise<
    | { readonly accepted: false; readonly status: number; readonly reason: string }
    | {
        readonly accepted: true;
        readonly protocol: string | undefined;
        readonly open: (transport: Transport) => void;
      }
  >;
}

/** The options of {@link createMemoryNetwork}. */
export interface MemoryNetworkOptions {
  /** The clock for `delay` and `throttle`. @default none: nothing can take time */
  readonly clock?: Pick<Clock, 'now' | 'after'>;
  /** The seed of the network's random numbers: the same seed gives the same delays. @default 1 */
  readonly seed?: number;
}

/** A network in memory. It is also a line, and what a test does to it affects all of its lines. */
export interface MemoryNetwork extends Line {
  /** Creates a separate line, for clients that a test disturbs alone. */
  createLine(): Line;
  /** Puts a server at `path`: new connections to this path go to `acceptor` from now on. */
  listen(path: string, acceptor: Acceptor): void;
  /**
   * Resolves when everything that can arrive without the clock has arrived, and so has everything that it caused.
   * Does not wait for code that waits for something real: a database, WebCrypto, a timer.
   */
  settle(): Promise<void>;
}

/** Creates a network in memory. */
export function createMemoryNetwork({ clock, seed = 1 }: MemoryNetworkOptions = {}): MemoryNetwork {
  const acceptors = new Map<string, Acceptor>();
  const queue = createQueue();

  const answer = async (address: string, offered: readonly string[]): Promise<Answer> => {
    const [, host = '', pathname = '/', search = ''] =
      /^wss?:\/\/([^/?]*)(\/[^?]*)?(\?.*)?$/.exec(address) ?? [];
    const headers: Record<string, string> = { host };
    if (offered.length > 0) headers['sec-websocket-protocol'] = offered.join(', ');
    const url = pathname + search;
    const request = { headers, url, remoteAddress: '127.0.0.1', encrypted: false };
    const admission = await acceptors.get(pathname)?.admit(request);
    return admission?.accepted === true ? admission : undefined;
  };
  const options = {
    timeline: {
      enqueue: (task: () => void) => queue.add(task),
      now: () => clock?.now() ?? 0,
      after: (delayMs: number, callback: () => void) => clock?.after(delayMs, callback) ?? (() => {}),
    },
    random: createSeededRandom(seed),
    hasClock: clock !== undefined,
    answer,
  };
  const whole = new MemoryLine(options);
  return Object.assign(whole, {
    createLine: () => new MemoryLine({ ...options, whole }),
    listen(path: string, acceptor: Acceptor) {
      acceptors.set(path, acceptor);
    },
    async settle() {
      for (let before = -1; before !== queue.activity;) {
        before = queue.activity;
        // in one turn of the event loop, every promise that can settle does
        await new Promise<void>((resolve) => turn(resolve));
      }
    },
  });
}

/** One turn of the event loop. `setImmediate` is a thousand times cheaper, because it waits for no timer. */
const turn = (callback: () => void): unknown =>
  typeof setImmediate === 'function' ? setImmediate(callback) : setTimeout(callback, 0);

/** Runs tasks one after the other, each within a microtask. */
function createQueue() {
  const waiting: (() => void)[] = [];
  let isPumping = false;
  const startPump = (): void => {
    isPumping = true;
    void Promise.resolve().then(pump);
  };
  const pump = (): void => {
    try {
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) task();
    } finally {
      // an exception of a listener must not hold up the tasks after it
      isPumping = false;
      if (waiting.length > 0) startPump();
    }
  };
  const queue = {
    /** How many tasks were added so far. */
    activity: 0,
    add(task: () => void): void {
      queue.activity += 1;
      waiting.push(task);
      if (!isPumping) startPump();
    },
  };
  return queue;
}
