// A network in memory: servers that decide about connections, lines over which clients make them, and one order of events.
// Without a clock nothing takes time.
import type { Clock } from '../clock.js';
import type { Transport } from '../transport.js';
import type { Answer } from './memory-connection.js';
import { MemoryLine, type Line } from './memory-line.js';
import { createSeededRandom } from './seeded-random.js';

declare function setTimeout(callback: () => void, delayMs: number): unknown;
declare const setImmediate: ((callback: () => void) => unknown) | undefined;

/** Whatever decides about connections: a `SocketManager`. */
export interface Acceptor {
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

/** What a network in memory is made with. */
export interface MemoryNetworkOptions {
  /** By which delays and throttled lines go. Without it nothing can take time. */
  readonly clock?: Pick<Clock, 'now' | 'after'>;
  /** What chance begins with: the same seed gives the same delays. @default 1 */
  readonly seed?: number;
}

/** A network in memory. It is a line itself, and what is done to it is done to every line of it. */
export interface MemoryNetwork extends Line {
  /** Makes a line of its own, for clients that a test disturbs alone. */
  createLine(): Line;
  /** Sends connections at this path to `acceptor`, from now on. */
  listen(path: string, acceptor: Acceptor): void;
  /** Resolves when everything has arrived that can without the clock, and what it set off has too. */
  settle(): Promise<void>;
}

/** Makes a network in memory. */
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
        // one turn of the event loop lets every promise that can go on do so
        await new Promise<void>((resolve) => turn(resolve));
      }
    },
  });
}

/** A turn costs a thousand times less where nothing waits for a timer. */
const turn = (callback: () => void): unknown =>
  typeof setImmediate === 'function' ? setImmediate(callback) : setTimeout(callback, 0);

/** Runs tasks one after the other, each as a part of a microtask. */
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
      // what a listener throws is its own affair, and holds nothing up
      isPumping = false;
      if (waiting.length > 0) startPump();
    }
  };
  const queue = {
    /** Tasks that were added so far. */
    activity: 0,
    add(task: () => void): void {
      queue.activity += 1;
      waiting.push(task);
      if (!isPumping) startPump();
    },
  };
  return queue;
}
