// A connected client and server in memory, with a clock that stands still: the whole stack but for the socket itself.
import type { Clock } from '../clock.js';
import { createManualClock, type ManualClock } from './manual-clock.js';
import { createMemoryNetwork, type Acceptor, type MemoryNetwork } from './memory-network.js';
import type { Line } from './memory-line.js';
import type { MemorySocket } from './memory-socket.js';

/** What the client of a pair must be created with. */
export interface PairedClientOptions {
  readonly url: string;
  readonly WebSocket: new (url: string, protocols?: string | string[]) => MemorySocket;
  readonly clock: Clock;
}

/** How the two ends of a pair are made. */
export interface TestPairOptions<TSockets, TClient> {
  /** Makes the server: `({ clock }) => new SocketManager(channels, { clock, … })`. */
  readonly sockets: (options: { readonly clock: Clock }) => TSockets;
  /** Makes the client: `(options) => createClient<typeof channels>(options)`. */
  readonly client: (options: PairedClientOptions) => TClient;
  /** What chance begins with in the network: the same seed gives the same delays. @default 1 */
  readonly seed?: number;
}

/** A client, a server, and the line between them. */
export interface TestPair<TSockets, TClient> {
  readonly client: TClient;
  readonly sockets: TSockets;
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  /** Makes another client of the same server; over a line of its own where one is given. */
  connect(line?: Line): TClient;
  /** Resolves when everything that is on its way has arrived. */
  settle(): Promise<void>;
  /** Moves the clock on by `ms`. Whenever something falls due on the way, what it sets off happens before time goes on. */
  advance(ms: number): Promise<void>;
  /** Closes every client and the server. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a server and a client that are connected through memory.
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
    // clients connect in a task of their own
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
