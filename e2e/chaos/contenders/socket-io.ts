// Socket.IO 4 with connection state recovery, which several nodes have in common by its adapter for Redis Streams. A client is
// addressed by a room of its own, since its socket may be a new one.
import { createClient } from '@redis/client';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { lobby } from '../channels.js';
import {
  streams,
  type Application,
  type ChaosClient,
  type ClientEvents,
  type Contender,
  type Message,
  type Served,
} from '../contender.js';
import { listen } from '../listen.js';

export const socketIo: Contender = {
  name: 'Socket.IO',
  package: 'socket.io',
  settings:
    "`connectionStateRecovery: { maxDisconnectionDuration: 120000 }`; `transports: ['websocket']`; `reconnectionDelay: 125`, `reconnectionDelayMax: 250`; with several processes, `adapter: createAdapter(redisClient)` of `@socket.io/redis-streams-adapter`, with its defaults. `recovered: false` counts as telling the client that something is missing",
  serve,
  connect,
};

async function serve({ handle, fail, suspended, cluster, address }: Application): Promise<Served> {
  const { server, port } = await listen(address);
  const sockets = new Server(server, {
    transports: ['websocket'],
    serveClient: false,
    connectionStateRecovery: { maxDisconnectionDuration: 120_000 },
    ...(cluster && { adapter: await createSharedAdapter(cluster.redisUrl, fail) }),
  });
  sockets.on('connection', (socket) => {
    const { key } = socket.handshake.auth as { key: string };
    socket.on('note', (n: number) => handle(key, n));
    socket.on('disconnect', () => suspended(key));
    // the rooms of a socket that was recovered are there again
    if (!socket.recovered) void socket.join([lobby, `one/${key}`]);
    socket.data = { key };
    keys.add(key);
  });
  const keys = new Set<string>();
  return {
    port,
    async publish(message) {
      if (message.stream === 'everyone') sockets.emit('message', message);
      else if (message.stream === 'room') sockets.to(lobby).emit('message', message);
      else for (const key of cluster?.users ?? keys) sockets.to(`one/${key}`).emit('message', message);
    },
  };
}

async function createSharedAdapter(
  url: string,
  fail: Application['fail'],
): Promise<ReturnType<typeof createAdapter>> {
  const redis = createClient({ url });
  redis.on('error', fail);
  await redis.connect();
  return createAdapter(redis);
}

async function connect(url: string, key: string, events: ClientEvents): Promise<ChaosClient> {
  const socket: Socket = io(url, {
    auth: { key },
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 125,
    reconnectionDelayMax: 250,
  });
  socket.on('message', (message: Message) => events.received(message));
  socket.on('disconnect', () => events.parted());
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  socket.on('connect', () => {
    events.returned(socket.recovered);
    if (!socket.recovered) for (const stream of streams) events.missed(stream, true);
  });
  return {
    send(n) {
      socket.emit('note', n);
      return { isAwaited: false, mayRunAgain: false };
    },
    close: () => void socket.close(),
  };
}
