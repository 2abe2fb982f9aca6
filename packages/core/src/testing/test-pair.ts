// A connected client and server in memory, with a clock that stands still. Everything but the socket is the real code.
import type { Clock } from '../clock.js';
import { createManualClock, type ManualClock } from './manual-clock.js';
import { createMemoryNetwork, type Acceptor, type MemoryNetwork } from './memory-network.js';
import type { Line } from './memory-line.js';
import type { MemorySocket } from './memory-socket.js';

/** The options that the client of a pair needs. Pass them on to `createClient`. */
export interface PairedClientOptions {
  /** The address of the pair's server in the network. */
  readonly url: string;
  /** The class whose connections go through memory. */
  readonly WebSocket: new (url: string, protocols?: string | string[]) => MemorySocket;
  /** The pair's clock. */
  readonly clock: Clock;
}

/** The options of {@link createTestPair}. */
export interface TestPairOptions<TSockets, TClient> {
  /** Creates the server: `({ clock }) => new SocketManager(channels, { clock, … })`. */
  readonly sockets: (options: { readonly clock: Clock }) => TSockets;
  /** Creates a client: `(options) => createClient<typeof channels>(options)`. Called again for every `connect`. */
  readonly client: (options: PairedClientOptions) => TClient;
  /** The seed of the network's random numbers: the same seed gives the same delays. @default 1 */
  readonly seed?: number;
}

/** A client and a server that are connected in memory. */
export interface TestPair<TSockets, TClient> {
  /** The first client. It is connected when `createTestPair` resolves, unless that takes what `settle` does not wait for. */
  readonly client: TClient;
  /** The server. */
  readonly sockets: TSockets;
  /** The clock of both ends. To advance it, use the pair's `advance`, which also waits for what the timers cause. */
  readonly clock: ManualClock;
  /** The network between the two ends. */
  readonly network: MemoryNetwork;
  /** Connects one more client to the same server; over a line of its own, if you pass one. */
  connect(line?: Line): TClient;
  /**
   * Resolves when everything in transit has arrived, and so has everything that it caused.
   * Does not wait for your own code where that waits for something real: a database, WebCrypto, a timer.
   */
  settle(): Promise<void>;
  /**
   * Moves the clock forward by `ms`.
   * Whenever a timer fires, everything that it causes happens before the time moves on.
   */
  advance(ms: number): Promise<void>;
  /** Closes every client and the server. */
  close(): Promise<void>;
  /** Does the same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Creates a server and a client that are connected in memory.
 *
 * @example
 * ```ts
 * await using pair = await createTestPair({
 *   sockets: ({ clock }) => new SocketManager(channels, { clock, routes }),
 *   client: (options) => createClient<typeof channels>(options),
 * });
 * expect(await pair.client.request('time')).toBe('12:00');
 * ```
 */
export async function createTestPair<
  TSockets extends Acceptor & { close(): Promise<void> },
  TClient extends { connect(): void; close(): void },
>(options: TestPairOptions<TSockets, TClient>): Promise<TestPair<TSockets, TClient>> {
  const clock = createManualClock();
  const network = createMemoryNetwork({ clock, seed: options.seed ?? 1 });
  const sockets = options.sockets({ clock });
  network.listen('/', sockets);
  const clients: TClient[] = [];

  const connect = ({ WebSocket }: Line = network): TClient => {
    const client = options.client({ url: 'ws://memory/', WebSocket, clock });
    clients.push(client);
    client.connect();
    // clients connect in a later task
    clock.advance(0);
    return client;
  };
  const settle = (): Promise<void> => network.settle();
  const close = async (): Promise<void> => {
    for (const client of clients) client.close();
    await settle();
    await sockets.close();
    await settle();
  };

  const client = connect();
  await settle();
  return {
    client,
    sockets,
    clock,
    network,
    connect,
    settle,
    async advance(ms) {
      const until = clock.now() + ms;
      await settle();
      for (let next = clock.nextDueAt; next !== undefined && next <= until; next = clock.nextDueAt) {
        clock.advance(next - clock.now());
        await settle();
      }
      clock.advance(until - clock.now());
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
