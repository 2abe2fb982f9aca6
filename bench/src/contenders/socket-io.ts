// Socket.IO 4 over WebSocket alone, with acknowledgements for replies; its recovery stands beside it.
import type { ServerOptions } from 'socket.io';
import type { Application, Contender, Heard, Served } from '../contender.js';
import { orderSchema, receiptSchema, type Order, type Receipt, type Tick } from '../messages.js';
import { listen, tokenOf } from './listen.js';

const settings = "`transports: ['websocket']`; `perMessageDeflate: false`, the default";

export const socketIo: Contender = {
  name: 'Socket.IO',
  package: 'socket.io',
  validates: false,
  features: ['idle', 'requests', 'broadcast', 'rooms', 'direct', 'volatile'],
  settings,
  serve: (app) => serve(app),
  wire: {
    url: '/socket.io/?EIO=4&transport=websocket',
    isGreeted: true,
    encode: (id, route, order) => `42${id}${JSON.stringify([route, order])}`,
    decode,
  },
};

export const socketIoWithZod: Contender = {
  ...socketIo,
  name: 'Socket.IO + zod',
  validates: true,
  features: ['requests'],
  serve: (app) =>
    serve({ ...app, handle: (order) => receiptSchema.parse(app.handle(orderSchema.parse(order))) }),
};

export const socketIoWithRecovery: Contender = {
  ...socketIo,
  name: 'Socket.IO + recovery',
  features: ['return'],
  settings: `${settings}; \`connectionStateRecovery: {}\``,
  serve: (app) => serve(app, { connectionStateRecovery: {} }),
  async connectOwn(origin, onTick) {
    const { io } = await import('socket.io-client');
    const socket = io(origin, { transports: ['websocket'], forceNew: true });
    socket.on('tick', onTick);
    await new Promise<void>((resolve) => socket.once('connect', resolve));
  },
};

export const socketIoOverRedis: Contender = {
  ...socketIo,
  name: 'Socket.IO + Redis streams',
  package: '@socket.io/redis-streams-adapter',
  features: ['cluster'],
  settings: `${settings}; the adapter uses \`@redis/client\` with \`RESP: 2\`, the protocol that it reads`,
  async serve(app) {
    const { redisUrl } = app;
    return serve(app, redisUrl === undefined ? {} : { adapter: await createAdapter(redisUrl) });
  },
};

async function createAdapter(redisUrl: string): Promise<NonNullable<ServerOptions['adapter']>> {
  const [{ createClient }, redisStreams] = await Promise.all([
    import('@redis/client'),
    import('@socket.io/redis-streams-adapter'),
  ]);
  const client = createClient({ url: redisUrl, RESP: 2 });
  await client.connect();
  return redisStreams.createAdapter(client);
}

/** Engine.IO's packet type stands first in a text, Socket.IO's second. */
function decode(text: string): Heard {
  if (text.startsWith('42')) {
    const [, tick] = JSON.parse(text.slice(2)) as [string, Tick];
    return { kind: 'tick', tick };
  }
  if (text.startsWith('43')) {
    const at = text.indexOf('[');
    const [receipt] = JSON.parse(text.slice(at)) as [Receipt];
    return { kind: 'reply', id: Number(text.slice(2, at)), receipt };
  }
  if (text.startsWith('40')) return { kind: 'ready' };
  if (text.startsWith('0')) return { kind: 'answer', text: '40' };
  if (text === '2') return { kind: 'answer', text: '3' };
  return { kind: 'nothing' };
}

async function serve(app: Application, options: Partial<ServerOptions> = {}): Promise<Served> {
  const { Server } = await import('socket.io');
  const { server, port } = await listen();
  const io = new Server(server, {
    transports: ['websocket'],
    perMessageDeflate: false,
    serveClient: false,
    ...options,
  });
  const { authenticate } = app;
  if (authenticate) {
    io.use((socket, next) => {
      authenticate(tokenOf(socket.request.url)).then(() => next(), next);
    });
  }
  io.on('connection', (socket) => {
    for (const route of app.routes) {
      socket.on(route, (order: Order, reply: (receipt: Receipt) => void) => reply(app.handle(order)));
    }
    void socket.join([...app.assignRooms()]);
  });
  return {
    port,
    broadcast: (tick) => io.emit('tick', tick),
    sendToRoom: (room, tick) => io.to(room).emit('tick', tick),
    sendToEach(tick) {
      for (const socket of io.sockets.sockets.values()) socket.emit('tick', tick);
    },
    broadcastVolatile: (tick) => io.volatile.emit('tick', tick),
  };
}
