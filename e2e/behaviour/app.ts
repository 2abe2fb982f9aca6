// What a test of the behaviour suite holds in its hands: a server, in one process or several, a client and the network between
// them, on a clock that it turns. Errors that no call waits for are kept until the test takes them.
import { createClient, type Client, type ClientOptions, type WebSocketLike } from '@wirepact/client';
import type { SocketError } from '@wirepact/core';
import { createManualClock, type ManualClock } from '@wirepact/core/testing';
import { SocketManager, type DrainOptions, type Socket, type SocketManagerOptions } from '@wirepact/server';
import { channels, type Channels } from './channels.js';
import type { Backplane } from './backplane.js';
import { Everywhere } from './everywhere.js';
import type { Network } from './transports.js';

interface Context {
  readonly user: string;
}

export type Sockets = SocketManager<Channels, Context>;
export type AppClient = Client<Channels>;
export type AppSocket = Socket<Channels, Context>;
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
  readonly #backplane: Backplane | undefined;
  readonly #setup: Setup;
  readonly #closers: (() => void)[] = [];
  readonly #clientErrors: HeardError[] = [];
  readonly #serverErrors: unknown[] = [];
  /** The processes of the server: one, or as many as are joined. */
  nodes: readonly Sockets[];
  client: AppClient;

  constructor(network: Network, setup: Setup, backplane?: Backplane) {
    this.network = network;
    this.#setup = setup;
    this.#backplane = backplane;
    // an engine has a clock of its own, which this one is not to lag behind
    this.clock = createManualClock({ startMs: backplane === undefined ? 1_000_000 : Date.now(), ...setup });
    this.nodes = this.#createNodes();
    this.client = this.createClient();
  }

  /** The first of the processes: what is said here is meant for the clients of all. */
  get sockets(): Sockets {
    const [first] = this.nodes;
    if (first === undefined) throw new Error('there is no server');
    return first;
  }

  /** Whether processes are joined: what they are asked takes a moment, and what was known outlives them. */
  get isJoined(): boolean {
    return this.#backplane !== undefined;
  }

  /** What the processes know together. */
  get everywhere(): Everywhere {
    return new Everywhere(this.nodes);
  }

  /** The server's handle on the test's client, or else on the one that is here for longest. */
  get socket(): AppSocket {
    const { everywhere, client } = this;
    const { sessionId } = client.status.name === 'connected' ? client.status : {};
    const sockets = everywhere.clients();
    const socket = sockets.find(({ id }) => id === sessionId) ?? sockets[0];
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

  /** Resolves when everything that is on its way has arrived, and what it set off has too. */
  async settle(): Promise<void> {
    do await this.network.settle();
    while (await this.#backplane?.settle());
  }

  /** In one process what is sent is under way at once; where several are joined, it is when this resolves. */
  async spread(): Promise<void> {
    if (this.isJoined) await this.settle();
  }

  /** Puts the server behind the network's address. */
  async start(): Promise<void> {
    await this.network.start(this.nodes);
    await this.settle();
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
    await this.#closeNodes();
    await this.settle();
  }

  /** All processes of the server take their leave. */
  async drain(options?: DrainOptions): Promise<void> {
    await Promise.all(this.nodes.map((sockets) => sockets.drain(options)));
  }

  /** The server is gone without a word. */
  async killServer(): Promise<void> {
    this.network.stop();
    await this.cut();
    await this.#closeNodes();
  }

  /** The server is there again, with nothing of what it knew but what is kept elsewhere. */
  async startServer(): Promise<void> {
    this.nodes = this.#createNodes();
    await this.start();
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
    if (this.everywhere.stats.suspended > 0) this.clock.advance(afterResumeMs);
    const { countClients, countUsers, stats } = this.everywhere;
    await this.#closeNodes();
    await this.settle();
    return {
      ...{ countClients, countUsers, rooms: stats.rooms },
      network: await this.network.close(),
      timers: this.clock.pending,
      clientErrors: this.#clientErrors,
      serverErrors: this.#serverErrors,
    };
  }

  async #closeNodes(): Promise<void> {
    await Promise.all(this.nodes.map((sockets) => sockets.close()));
  }

  #createNodes(): readonly Sockets[] {
    return Array.from({ length: this.#backplane?.processes ?? 1 }, () => this.#createSockets());
  }

  #createSockets(): Sockets {
    const broker = this.#backplane?.broker();
    return new SocketManager(channels, {
      authenticate: ({ token }): Context => ({ user: token ?? 'guest' }),
      userId: ({ user }) => user,
      onError: (error) => this.#serverErrors.push(error),
      clock: this.clock,
      ...(broker && { broker }),
      ...this.#setup.server,
    } satisfies ServerOptions);
  }
}
