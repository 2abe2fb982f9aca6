// Wirepact as its users have it. `wirepact.v1` is what its own client speaks; the plain layer is for everybody else.
import type { AnyChannels, ChannelDefinition } from '@wirepact/core';
import type { Application, Contender, Served, Wire } from '../contender.js';
import { orderSchema, receiptSchema, tickSchema, type Order } from '../messages.js';
import { listen, tokenOf } from './listen.js';
import { decodeEnvelope, plainJson } from './plain-json.js';

const own: Wire = {
  subprotocol: 'wirepact.v1',
  greeting: () => ({ send: '{"path":"$hello","data":{}}', isAnswered: true }),
  encode: plainJson.encode,
  decode(text) {
    const frame = JSON.parse(text) as Parameters<typeof decodeEnvelope>[0];
    if (frame.path === '$welcome') return { kind: 'ready' };
    if (frame.path === '$ping') return { kind: 'answer', text: '{"path":"$pong"}' };
    return decodeEnvelope(frame);
  },
};

/** The load comes from few clients that send as fast as they can. */
const unlimitedRates = { messagesPerSecond: 1e9, messageBurst: 1e9, bytesPerSecond: 1e12, byteBurst: 1e12 };

export const wirepact: Contender = {
  name: 'Wirepact',
  package: '@wirepact/server',
  validates: true,
  settings: 'defaults, save for the rates of messages and bytes, which the loads would meet',
  serve,
  wire: own,
};

export const wirepactPlain: Contender = {
  ...wirepact,
  name: 'Wirepact (plain)',
  features: ['idle'],
  wire: plainJson,
};

async function serve(app: Application): Promise<Served> {
  const { defineChannels } = await import('@wirepact/core');
  const { SocketManager } = await import('@wirepact/server');
  const { server, port } = await listen();
  const order: ChannelDefinition = { in: orderSchema, reply: receiptSchema };
  const orders = Object.fromEntries(app.routes.map((route) => [route, order]));
  // paths that are made while the program runs have no types
  const channels = defineChannels({ ...orders, tick: { out: tickSchema } }) as unknown as AnyChannels;
  const { authenticate } = app;
  const sockets = new SocketManager<AnyChannels, unknown>(channels, {
    limits: unlimitedRates,
    ...(authenticate && { authenticate: ({ url }) => authenticate(tokenOf(url)) }),
    event: {
      onConnect(socket) {
        for (const room of app.assignRooms()) socket.join(room);
      },
    },
  });
  for (const route of app.routes)
    sockets.addRoute(route, (_socket, data) => app.handle(data as Order) as never);
  sockets.attach(server, { path: '/' });
  return {
    port,
    broadcast: (tick) => sockets.sendToAll('tick', tick),
    sendToRoom: (room, tick) => sockets.room(room).send('tick', tick),
  };
}
