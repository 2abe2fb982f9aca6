// What a test of the behaviour suite holds in its hands: a server, a client and the network between them, on a clock that
// it turns. Errors that no call waits for are kept until the test takes them.
import { createClient, type Client, type ClientOptions, type WebSocketLike } from '@wirepact/client';
import type { SocketError } from '@wirepact/core';
import { createManualClock, type ManualClock } from '@wirepact/core/testing';
import { SocketManager, type Socket, type SocketManagerOptions } from '@wirepact/server';
import { channels, type Channels } from './channels.js';
import type { Network } from './transports.js';

interface Context {
  readonly user: string;
}

type Sockets = SocketManager<Channels, Context>;
export type AppClient = Client<Channels>;
type AppSocket = Socket<Channels, Context>;
export type ServerOptions = SocketManagerOptions<Channels, Context>;

export interface Setup {
  /** What chance gives; 0.5 without it. */
  readonly random?: () => number;
  readonly server?: ServerOptions;
  readonly client?: Partial<ClientOptions<undefined>>;
}

/** An error that came out of a client's `onError`. */
interface HeardError {
  readonly code: string;
  readonly error: SocketError;
  readonly path?: string;
  readonly data?: unknown;
}

/** A client without Wirepact: it hears text, and what it heard is kept. */
interface PlainClient {
  readonly socket: WebSocketLike;
  readonly heard: unknown[];
  send(frame: unknown): void;
}

/** When nobody is waited for any more. */
const afterResumeMs = 125_000;

/** At most so much time passes before what it set off may arrive. */
const stepMs = 1_000;

export class App {
  readonly network: Network;
  readonly clock: ManualClock;
  readonly #setup: Setup;
  readonly #closers: (() => void)[] = [];
  readonly #clientErrors: HeardError[] = [];
  readonly #serverErrors: unknown[] = [];
  sockets: Sockets;
  client: AppClient;

  constructor(network: Network, setup: Setup) {
    this.network = network;
    this.#setup = setup;
    this.clock = createManualClock({ startMs: 1_000_000, ...setup });
    this.sockets = this.#createSockets();
    this.client = this.createClient();
  }

  /** The server's handle on the client that is here for longest. */
  get socket(): AppSocket {
    const [socket] = this.sockets.clients();
    if (socket === undefined) throw new Error('nobody is here');
    return socket;
  }

  /** What a client must be created with to come here. */
  get clientOptions(): Required<Pick<ClientOptions, 'url' | 'WebSocket' | 'clock'>> {
    const { network, clock } = this;
    return { url: network.url, WebSocket: network.WebSocket, clock };
  }

  /** A client of this server that has not connected yet. */
  createClient(options: Setup['client'] = {}): AppClient {
    return this.adopt(
      createClient<Channels>({
        autoConnect: false,
        ...this.clientOptions,
        ...this.#setup.client,
        ...options,
      }),
    );
  }

  /** Takes care of a client that a test has created. */
  adopt<TClient extends Pick<AppClient, 'onError' | 'close'>>(client: TClient): TClient {
    client.onError((error, origin) => this.#clientErrors.push({ code: error.code, error, ...origin }));
    this.#closers.push(() => client.close());
    return client;
  }

  /** Another client of this server, connected. */
  async connect(options?: Setup['client']): Promise<AppClient> {
    const client = this.createClient(options);
    client.connect();
    await this.advance(0);
    return client;
  }

  async connectPlain(): Promise<PlainClient> {
    const heard: unknown[] = [];
    const socket = new this.network.WebSocket(this.network.url);
    socket.addEventListener('message', ({ data }) => heard.push(JSON.parse(String(data))));
    socket.addEventListener('error', () => {});
    this.#closers.push(() => socket.close());
    await this.settle();
    return { socket, heard, send: (frame) => socket.send(JSON.stringify(frame)) };
  }

  settle(): Promise<void> {
    return this.network.settle();
  }

  /** Lets time pass, and what it sets off arrive. */
  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(left, stepMs));
      await this.settle();
    }
    this.clock.advance(0);
    await this.settle();
  }

  /** Breaks every line, and waits until both ends know. */
  async cut(): Promise<void> {
    this.network.cut();
    await this.settle();
  }

  /** Breaks every line, and lets the clients come back. */
  async cutAndReturn(): Promise<void> {
    await this.cut();
    await this.advance(2_000);
  }

  /** The server closes, and nobody answers any more. */
  async stopServer(): Promise<void> {
    this.network.stop();
    await this.sockets.close();
    await this.settle();
  }

  /** The server is gone without a word. */
  async killServer(): Promise<void> {
    this.network.stop();
    await this.cut();
    await this.sockets.close();
  }

  /** The server is there again, with nothing of what it knew. */
  async startServer(): Promise<void> {
    this.sockets = this.#createSockets();
    await this.network.start(this.sockets);
  }

  /** What came out of `onError` of the clients since it was last asked. */
  takeClientErrors(): HeardError[] {
    return this.#clientErrors.splice(0);
  }

  /** What came out of `onError` of the server since it was last asked. */
  takeServerErrors(): unknown[] {
    return this.#serverErrors.splice(0);
  }

  /** Closes everything, and says what is left of it. */
  async close(): Promise<object> {
    this.network.stall(false);
    for (const close of this.#closers) close();
    await this.settle();
    // sessions whose clients were away when they closed
    if (this.sockets.stats().suspended > 0) this.clock.advance(afterResumeMs);
    const { countClients, countUsers } = this.sockets;
    const { rooms } = this.sockets.stats();
    await this.sockets.close();
    await this.settle();
    return {
      ...{ countClients, countUsers, rooms },
      network: await this.network.close(),
      timers: this.clock.pending,
      clientErrors: this.#clientErrors,
      serverErrors: this.#serverErrors,
    };
  }

  #createSockets(): Sockets {
    return new SocketManager(channels, {
      authenticate: ({ token }): Context => ({ user: token ?? 'guest' }),
      userId: ({ user }) => user,
      onError: (error) => this.#serverErrors.push(error),
      clock: this.clock,
      ...this.#setup.server,
    } satisfies ServerOptions);
  }
}
