// The public face of the server, and the place where its parts meet.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyChannels, ChannelDefinitions, OutArgs, OutPath, SendPath } from '@wirepact/core';
import { closeCodes } from '@wirepact/core/internal';
import { Upgrader } from './adapters/ws.js';
import { Gate, type Admission } from './admission.js';
import { resolveDialect } from './dialects.js';
import { addEndpoint, refuseUpgrade } from './endpoints.js';
import { Heartbeat } from './heartbeat.js';
import type { AnySocket, Hooks, Hub } from './hub.js';
import { endSession } from './lifecycle.js';
import { resolveOptions, type SocketManagerOptions } from './options.js';
import { startServer, type Listening, type ListenOptions } from './own-server.js';
import { findRoomNameFault, Rooms } from './rooms.js';
import { Roster } from './roster.js';
import type { Middleware, Routes } from './route.js';
import { RouteTable, type AnyRoute } from './route-table.js';
import type { Socket } from './socket.js';
import { createCounters, type Stats } from './stats.js';
import { RoomSelection, Selection, UserSelection, type RoomTarget, type UserTarget } from './targets.js';
import type { UpgradeRequest } from './upgrade-request.js';

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
  readonly #heartbeat: Heartbeat;
  readonly #upgrader: Upgrader;
  readonly #everyone: Selection;
  readonly #detachers = new Set<() => void>();
  readonly #servers = new Set<Server>();

  /** @throws TypeError for an option that cannot work, or a route whose channel is not in the contract */
  constructor(channels: TChannels, options: SocketManagerOptions<TChannels, TContext> = {}) {
    const hooks = options as unknown as Hooks;
    const resolved = resolveOptions(hooks);
    this.#hub = {
      channels,
      hooks,
      options: resolved,
      dialect: resolveDialect(channels, options.dialect),
      routes: new RouteTable(channels),
      rooms: new Rooms(),
      roster: new Roster(),
      counters: createCounters(),
      connections: new Set(),
      manager: this as unknown as SocketManager<AnyChannels, unknown>,
      report(error, session, path) {
        try {
          hooks.onError?.(error, {
            ...(session !== undefined && { socket: session.socket }),
            ...(path !== undefined && { path }),
          });
        } catch {
          // there is nobody left to tell
        }
      },
    };
    this.#gate = new Gate(this.#hub);
    this.#heartbeat = new Heartbeat(this.#hub);
    this.#everyone = new Selection(this.#hub, () => this.#hub.roster.all());
    this.#upgrader = new Upgrader({
      maxMessageBytes: resolved.limits.maxMessageBytes,
      compression: options.compression ?? false,
    });
    for (const [path, route] of Object.entries(hooks.routes ?? {})) {
      if (route !== undefined) this.#hub.routes.add(path, route as AnyRoute);
    }
  }

  /** Clients from `onConnect` to `onDisconnect`, both included. */
  get countClients(): number {
    return this.#hub.roster.countClients;
  }

  /** Users with at least one client, where the `userId` option says whose a client is. */
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

  /** Every client of a user. */
  user(id: string): UserTarget<TChannels> {
    return new UserSelection(this.#hub, id) as unknown as UserTarget<TChannels>;
  }

  /** Everybody in a room; a room that nobody is in is empty. @throws TypeError when the name cannot be a room's */
  room(name: string): RoomTarget<TChannels, TContext> {
    const fault = findRoomNameFault(name);
    if (fault !== undefined) throw new TypeError(fault);
    return new RoomSelection(this.#hub, name) as unknown as RoomTarget<TChannels, TContext>;
  }

  /** Sends to everyone. @throws SocketError `invalid_output` when the data does not fit the channel's `out` */
  sendToAll<P extends OutPath<TChannels>>(path: P, ...args: OutArgs<TChannels>[P]): void {
    this.#everyone.send(path as string, args[0]);
  }

  /** Sends to everyone but one. @throws SocketError `invalid_output` */
  sendToAllExcept<P extends OutPath<TChannels>>(
    socket: Pick<Socket, 'id'>,
    path: P,
    ...args: OutArgs<TChannels>[P]
  ): void {
    new Selection(this.#hub, () => this.#hub.roster.all(), undefined, socket.id).send(
      path as string,
      args[0],
    );
  }

  /** Sends to everyone, resolving once the message is accepted. Rejects with what `sendToAll` throws. */
  publish<P extends OutPath<TChannels>>(path: P, ...args: OutArgs<TChannels>[P]): Promise<void> {
    return this.#everyone.publish(path as string, args[0]);
  }

  /** Adds a route. Returns what removes it. @throws TypeError when the path has one, or is not in the contract */
  addRoute<P extends SendPath<TChannels> & keyof TChannels & string>(
    path: P,
    route: NonNullable<Routes<TChannels, Socket<TChannels, TContext>, SocketManager<TChannels, TContext>>[P]>,
  ): () => void {
    return this.#hub.routes.add(path, route as unknown as AnyRoute);
  }

  /** Adds a middleware around every route, inside those that are there. Returns what removes it. */
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
    const remove = addEndpoint(server, path, (...upgrade) => this.handleUpgrade(...upgrade));
    const detach = (): void => {
      remove();
      this.#detachers.delete(detach);
    };
    this.#detachers.add(detach);
    return detach;
  }

  /** Starts a server of its own, for the shortest program. `close()` closes it. */
  async listen(options: ListenOptions): Promise<Listening> {
    const listening = await startServer(options, (request, response) =>
      this.handleRequest(request, response),
    );
    this.attach(listening.server, { path: options.path ?? '/' });
    this.#servers.add(listening.server);
    return listening;
  }

  /** Takes one upgrade, from inside a controller of yours. It is answered whatever happens. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // a peer that goes away while it is being decided about must not end the process
    socket.on('error', () => undefined);
    void this.admit(toUpgradeRequest(request)).then((admission) => {
      if (socket.destroyed) return;
      if (!admission.accepted) refuseUpgrade(socket, admission.status, admission.reason);
      else this.#upgrader.upgrade(request, socket, head, admission.protocol, admission.open);
    });
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
  async admit(request: UpgradeRequest): Promise<Admission> {
    const admission = await this.#gate.admit(request);
    if (!admission.accepted) return admission;
    const open: typeof admission.open = (transport) => {
      admission.open(transport);
      this.#heartbeat.start();
    };
    return { ...admission, open };
  }

  /** What was counted, and what is held now. */
  stats(): Stats {
    const { counters, roster, rooms } = this.#hub;
    const { refused, dropped } = counters;
    return {
      ...counters,
      refused: { ...refused },
      dropped: { ...dropped },
      clients: roster.countClients,
      users: roster.countUsers,
      rooms: rooms.size,
    };
  }

  /** Closes at once: every client, every timer, every server that `listen` started. Calling it twice does no harm. */
  async close(): Promise<void> {
    this.#gate.close();
    for (const detach of [...this.#detachers]) detach();
    for (const session of [...this.#hub.connections]) {
      endSession(this.#hub, session, closeCodes.goingAway, 'the server is closing');
    }
    this.#heartbeat.stop();
    const servers = [...this.#servers];
    this.#servers.clear();
    await Promise.all(servers.map((server) => closeServer(server)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function toUpgradeRequest(request: IncomingMessage): UpgradeRequest {
  return {
    headers: request.headers,
    url: request.url ?? '/',
    remoteAddress: request.socket.remoteAddress,
    encrypted: 'encrypted' in request.socket && request.socket.encrypted === true,
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
