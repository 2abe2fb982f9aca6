// The public face of the server, and the place where its parts meet.
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
import { findAmplifiers } from './limits/amplification.js';
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
import type { Stats } from './stats.js';
import { publish, send } from './delivery/publish.js';
import { RoomSelection, UserSelection, type RoomTarget, type UserTarget } from './delivery/targets.js';
import { takeUpgrade } from './handshake/take-upgrade.js';
import type { UpgradeRequest } from './handshake/upgrade-request.js';

/**
 * One endpoint: who is connected to it, what is sent to them, and what happens when they send something.
 *
 * @example
 * ```ts
 * const sockets = new SocketManager(channels, {
 *   routes: { time: (socket) => socket.send('output', new Date().toISOString()) },
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

  /** @throws TypeError for an option that cannot work, or a route whose channel is not in the contract */
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

  /** Clients of this process, from `onConnect` to `onDisconnect`, both included. */
  get countClients(): number {
    return this.#hub.roster.countClients;
  }

  /** Users with at least one client of this process, where the `userId` option says whose a client is. */
  get countUsers(): number {
    return this.#hub.roster.countUsers;
  }

  /** Every client that is here. */
  *clients(): IterableIterator<Socket<TChannels, TContext>> {
    for (const { socket } of this.#hub.roster.all()) yield socket as unknown as Socket<TChannels, TContext>;
  }

  /** The client with this id, if it is here. */
  client(id: string): Socket<TChannels, TContext> | undefined {
    return this.#hub.roster.find(id)?.socket as unknown as Socket<TChannels, TContext> | undefined;
  }

  /** The client with this id, with whatever process it is; `undefined` when it is gone. */
  async findClient(id: string): Promise<ClientTarget<TChannels> | undefined> {
    return (await findClient(this.#hub, id)) as ClientTarget<TChannels> | undefined;
  }

  /** How many clients and users all processes have that a broker joins; of others it is known up to a second late. */
  async countAll(): Promise<ClusterCounts> {
    const { countClients: clients, countUsers: users } = this;
    return this.#hub.cluster?.countAll() ?? { clients, users, processes: 1 };
  }

  /** Every client of a user. */
  user(id: string): UserTarget<TChannels> {
    return new UserSelection(this.#hub, id);
  }

  /** Everybody in a room; a room that nobody is in is empty. @throws TypeError when the name cannot be a room's */
  room(name: string): RoomTarget<TChannels, TContext> {
    const fault = findRoomNameFault(name);
    if (fault !== undefined) throw new TypeError(fault);
    return new RoomSelection(this.#hub, name) as unknown as RoomTarget<TChannels, TContext>;
  }

  /** Sends to everyone. @throws SocketError `invalid_output` when the data does not fit the channel's `out` */
  sendToAll<TPath extends OutPath<TChannels>>(path: TPath, ...args: OutArgs<TChannels>[TPath]): void {
    this.#sendToAll(path, args[0]);
  }

  /** Sends to everyone but one. @throws SocketError `invalid_output` */
  sendToAllExcept<TPath extends OutPath<TChannels>>(
    socket: Pick<Socket, 'id'>,
    path: TPath,
    ...args: OutArgs<TChannels>[TPath]
  ): void {
    this.#sendToAll(path, args[0], socket.id);
  }

  /** Sends to everyone, resolving once the message is accepted. Rejects with what `sendToAll` throws. */
  async publish<TPath extends OutPath<TChannels>>(
    path: TPath,
    ...args: OutArgs<TChannels>[TPath]
  ): Promise<void> {
    await publish(this.#hub, everyoneName, { path: path as string, data: args[0] });
  }

  /** Adds a route. Returns what removes it. @throws TypeError when the path has one, or is not in the contract */
  addRoute<TPath extends RoutePath<TChannels> & keyof TChannels & string>(
    path: TPath,
    route: NonNullable<
      Routes<TChannels, Socket<TChannels, TContext>, SocketManager<TChannels, TContext>>[TPath]
    >,
  ): () => void {
    return this.#hub.routes.add(path, route as unknown as AnyRoute);
  }

  /** Adds a middleware around every route, inside those that are there. Returns what removes it. @throws TypeError for none */
  use(middleware: Middleware<Socket<TChannels, TContext>>): () => void {
    return this.#hub.routes.use(middleware as unknown as Middleware<AnySocket>);
  }

  /**
   * Takes the upgrades at `path` of an HTTP server that you own; all others are left to other listeners.
   *
   * @returns what detaches it; clients that are here stay
   * @throws TypeError when another manager has this path on this server
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
   * Starts a server of its own, for the shortest program. `close()` closes it. Rejects with the system's error when the port
   * cannot be had.
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

  /** Takes one upgrade, from inside a controller of yours. It is answered whatever happens. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#takeUpgrade([request, socket, head]);
  }

  #takeUpgrade(upgrade: Parameters<UpgradeHandler>, hosts?: readonly string[]): void {
    takeUpgrade({ hub: this.#hub, gate: this.#gate, upgrader: this.#upgrader }, upgrade, hosts);
  }

  /** Answers an ordinary HTTP request at the endpoint: 426, this is a WebSocket. */
  handleRequest(_request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(426, {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'content-type': 'text/plain; charset=utf-8',
    });
    response.end('this is a WebSocket endpoint\n');
  }

  /** Decides about a connection that something else carries: a test's memory, another runtime. Never rejects. */
  admit(request: UpgradeRequest): Promise<Admission> {
    return this.#gate.admit(request);
  }

  /** What was counted, and what is held now. */
  stats(): Stats {
    const { counters, roster, rooms, suspended, logs } = this.#hub;
    const { refused, dropped, limited } = counters;
    return {
      ...counters,
      refused: { ...refused },
      dropped: { ...dropped },
      limited: { ...limited },
      clients: roster.countClients,
      suspended: suspended.size,
      logBytes: logs.bytes,
      users: roster.countUsers,
      rooms: rooms.size,
      amplifiers: findAmplifiers(roster.all()),
    };
  }

  /**
   * Takes leave for a restart: lets nobody in any more, tells every client when to come back, lets handlers that run finish,
   * closes with 1012, and then does what `close()` does. Clients of Wirepact return at random times within `spreadMs`.
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
   * Closes at once: every client, every timer, every server that `listen` started. Resolves when all sockets are closed; a second
   * is given to clients that do not answer, and before to a broker for what was handled last. Calling it twice does no harm.
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
