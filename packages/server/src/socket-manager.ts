// The public class of the server, where all its parts meet.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  SocketError,
  type AnyChannels,
  type ChannelDefinitions,
  type OutArgs,
  type OutPath,
  type RoutePath,
} from '@wirepact/core';
import { Upgrader } from './adapters/ws.js';
import { Gate, type Admission } from './handshake/admission.js';
import { checkDrain, drainSessions, type DrainOptions } from './session/drain.js';
import type { ClusterCounts } from './cluster/broker.js';
import { findClient, type ClientTarget } from './delivery/client-target.js';
import { addEndpoint, type UpgradeHandler } from './handshake/endpoints.js';
import { hostsAt } from './handshake/host.js';
import { createHub, type AnySocket, type Hooks, type Hub } from './hub.js';
import type { SocketManagerOptions } from './options.js';
import {
  closeServer,
  createOwnServer,
  listening,
  whereabouts,
  type Listening,
  type ListenOptions,
} from './handshake/own-server.js';
import { everyoneName } from './delivery/log.js';
import { findRoomNameFault } from './rooms/rooms.js';
import type { Middleware, Routes } from './routing/route.js';
import type { AnyRoute } from './routing/route-table.js';
import type { Socket } from './socket.js';
import { readStats } from './read-stats.js';
import type { Stats } from './stats.js';
import { publish, send } from './delivery/publish.js';
import { RoomSelection, UserSelection, type RoomTarget, type UserTarget } from './delivery/targets.js';
import { takeUpgrade } from './handshake/take-upgrade.js';
import type { UpgradeRequest } from './handshake/upgrade-request.js';

/**
 * One endpoint: it knows its clients, sends messages to them, and handles the messages they send.
 *
 * @example
 * ```ts
 * const sockets = new SocketManager(channels, {
 *   routes: { time: () => new Date().toISOString() },
 * });
 * sockets.attach(server, { path: '/ws' });
 * ```
 */
export class SocketManager<TChannels extends ChannelDefinitions = AnyChannels, TContext = undefined> {
  readonly #hub: Hub;
  readonly #gate: Gate;
  readonly #upgrader: Upgrader;
  readonly #detachers = new Set<() => void>();
  readonly #servers = new Set<Server>();

  /**
   * Creates the endpoint. It accepts connections once it is attached to a server, or listens.
   *
   * @throws TypeError for an unknown or invalid option, for a broker that another one has, and for a route whose channel is not
   *   in the contract or has no `in`
   */
  constructor(channels: TChannels, options: SocketManagerOptions<TChannels, TContext> = {}) {
    const hooks = options as unknown as Hooks;
    this.#hub = createHub(channels, hooks, this as unknown as SocketManager<AnyChannels, unknown>);
    this.#gate = new Gate(this.#hub);
    const { options: figures, counters } = this.#hub;
    this.#upgrader = new Upgrader({
      limits: figures.limits,
      compression: options.compression ?? false,
      subprotocol: this.#hub.dialect.subprotocol,
      clock: figures.clock,
      counters,
    });
  }

  /** Clients of this process, each from its `onConnect` to its `onDisconnect`, during both handlers. */
  get countClients(): number {
    return this.#hub.roster.countClients;
  }

  /** Users with at least one client of this process. Needs the `userId` option. */
  get countUsers(): number {
    return this.#hub.roster.countUsers;
  }

  /** Each client of this process. */
  *clients(): IterableIterator<Socket<TChannels, TContext>> {
    for (const { socket } of this.#hub.roster.all()) yield socket as unknown as Socket<TChannels, TContext>;
  }

  /** The client with this id, if it is a client of this process. */
  client(id: string): Socket<TChannels, TContext> | undefined {
    return this.#hub.roster.find(id)?.socket as unknown as Socket<TChannels, TContext> | undefined;
  }

  /**
   * Finds the client with this id, in whichever process it is. Resolves with `undefined` if it is gone.
   * With a broker, rejects with `not_accepted` if the broker does not answer.
   */
  async findClient(id: string): Promise<ClientTarget<TChannels> | undefined> {
    return (await findClient(this.#hub, id)) as ClientTarget<TChannels> | undefined;
  }

  /**
   * Counts the clients, users and processes of all processes that the broker joins; without one, of this process.
   * The counts of other processes may be up to a second old. Rejects with `not_accepted` if the broker does not answer.
   */
  async countAll(): Promise<ClusterCounts> {
    const { countClients: clients, countUsers: users } = this;
    return this.#hub.cluster?.countAll() ?? { clients, users, processes: 1 };
  }

  /** Every client of a user. */
  user(id: string): UserTarget<TChannels> {
    return new UserSelection(this.#hub, id);
  }

  /** The clients in a room. A room that nobody is in is empty. @throws TypeError for an invalid room name */
  room(name: string): RoomTarget<TChannels, TContext> {
    const fault = findRoomNameFault(name);
    if (fault !== undefined) throw new TypeError(fault);
    return new RoomSelection(this.#hub, name) as unknown as RoomTarget<TChannels, TContext>;
  }

  /**
   * Sends to every client.
   *
   * @throws SocketError `invalid_output` if the data does not fit the channel's `out`, `message_too_large` if it exceeds
   *   `limits.maxOutgoingBytes`
   */
  sendToAll<TPath extends OutPath<TChannels>>(path: TPath, ...args: OutArgs<TChannels>[TPath]): void {
    this.#sendToAll(path, args[0]);
  }

  /** Sends to every client but one. @throws SocketError `invalid_output` or `message_too_large`, like `sendToAll` */
  sendToAllExcept<TPath extends OutPath<TChannels>>(
    socket: Pick<Socket, 'id'>,
    path: TPath,
    ...args: OutArgs<TChannels>[TPath]
  ): void {
    this.#sendToAll(path, args[0], socket.id);
  }

  /**
   * Sends to every client, and resolves once the message is accepted.
   * Rejects with what `sendToAll` throws, and with `not_accepted` if a broker does not accept the message.
   */
  async publish<TPath extends OutPath<TChannels>>(
    path: TPath,
    ...args: OutArgs<TChannels>[TPath]
  ): Promise<void> {
    await publish(this.#hub, everyoneName, { path: path as string, data: args[0] });
  }

  /**
   * Adds a route, and returns a function that removes it.
   *
   * @throws TypeError if the channel has a route already, or no `in` in the contract, and if `route` is not a function
   */
  addRoute<TPath extends RoutePath<TChannels> & keyof TChannels & string>(
    path: TPath,
    route: NonNullable<
      Routes<TChannels, Socket<TChannels, TContext>, SocketManager<TChannels, TContext>>[TPath]
    >,
  ): () => void {
    return this.#hub.routes.add(path, route as unknown as AnyRoute);
  }

  /**
   * Adds middleware around every route and `onMessage`, inside middleware added earlier.
   *
   * @returns a function that removes it
   * @throws TypeError if it is not a function
   */
  use(middleware: Middleware<Socket<TChannels, TContext>>): () => void {
    return this.#hub.routes.use(middleware as unknown as Middleware<AnySocket>);
  }

  /**
   * Takes the upgrade requests at `path` of an HTTP server that you own. Requests at other paths are left to other listeners.
   *
   * @returns a function that detaches it; connected clients stay
   * @throws TypeError if `path` does not begin with `/`, or another manager has this path on this server
   */
  attach(server: Server, { path }: { readonly path: string }): () => void {
    return this.#attach(server, path);
  }

  #attach(server: Server, path: string, hosts?: readonly string[]): () => void {
    const remove = addEndpoint(server, path, (...upgrade) => this.#takeUpgrade(upgrade, hosts));
    const detach = (): void => {
      remove();
      this.#detachers.delete(detach);
    };
    this.#detachers.add(detach);
    return detach;
  }

  /**
   * Starts an HTTP server of its own, for the shortest program. `close()` closes it.
   * Rejects with the system's error if the port is not available, with a `TypeError` if `path` does not begin with `/`, and
   * with `closed` after `close()` or `drain()`.
   */
  async listen({ port, path = '/', host }: ListenOptions): Promise<Listening> {
    const server = createOwnServer(path, this.#hub.options.limits, (...args) => this.handleRequest(...args));
    const detach = this.#attach(server, path, hostsAt(host));
    this.#servers.add(server);
    server.on('drop', () => (this.#hub.counters.refused.descriptors += 1));
    try {
      if (this.#gate.isClosed) throw new SocketError('closed', '[closed] the SocketManager is closed');
      await listening(server, port, host);
    } catch (error) {
      detach();
      this.#servers.delete(server);
      throw error;
    }
    server.on('error', (error) => this.#hub.report(error));
    return { server, ...whereabouts(server, path, host) };
  }

  /** Takes one upgrade request, from your own controller. The server answers it, whether it accepts the connection or not. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#takeUpgrade([request, socket, head]);
  }

  #takeUpgrade(upgrade: Parameters<UpgradeHandler>, hosts?: readonly string[]): void {
    takeUpgrade({ hub: this.#hub, gate: this.#gate, upgrader: this.#upgrader }, upgrade, hosts);
  }

  /** Answers an ordinary HTTP request at the endpoint: status 426 and one line of text. */
  handleRequest(_request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(426, {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'content-type': 'text/plain; charset=utf-8',
    });
    response.end('this is a WebSocket endpoint\n');
  }

  /** Decides about a connection that something other than `node:http` carries, such as a test's memory. Never rejects. */
  admit(request: UpgradeRequest): Promise<Admission> {
    return this.#gate.admit(request);
  }

  /** What the server holds now, and what it has counted since it was made. */
  stats(): Stats {
    return readStats(this.#hub);
  }

  /**
   * Closes gently, for a restart.
   * It stops accepting connections and announces the restart, lets running handlers finish, closes with 1012, and then does
   * what `close()` does. Wirepact's clients return at random times within `spreadMs`. Rejects with a `TypeError` for an invalid
   * duration.
   *
   * @example `process.once('SIGTERM', async () => { await sockets.drain({ spreadMs: 8_000 }); server.close(); });`
   */
  async drain(options: DrainOptions = {}): Promise<void> {
    checkDrain(options);
    this.#gate.shut();
    await drainSessions(this.#hub, options);
    await this.close();
  }

  /**
   * Closes at once: every client with 1001, every timer, and every server that `listen` started.
   * It does not wait for running handlers. It resolves once all sockets are closed, after at most a second for clients that do
   * not answer; with a broker, it first takes up to a second to store what was handled last. Calling it twice does no harm.
   */
  async close(): Promise<void> {
    for (const detach of this.#detachers) detach();
    const servers = Array.from(this.#servers, closeServer);
    await this.#gate.close();
    await Promise.all([this.#upgrader.close(), this.#hub.cluster?.close(), ...servers]);
    this.#servers.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #sendToAll(path: PropertyKey, data: unknown, exceptId?: string): void {
    send(this.#hub, everyoneName, { path: path as string, data, exceptId });
  }
}
