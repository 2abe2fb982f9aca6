// Wirepact as its users have it. `wirepact.v1` is what its own client speaks; the plain layer is for everybody else.
import { setTimeout as delay } from 'node:timers/promises';
import type { AnyChannels, ChannelDefinition } from '@wirepact/core';
import type { Broker } from '@wirepact/server';
import { z } from 'zod';
import type { Application, Contender, Heard, Served, Wire } from '../contender.js';
import { orderSchema, receiptSchema, tickSchema, type Order, type Tick } from '../messages.js';
import { listen, tokenOf } from './listen.js';
import { decodeEnvelope, plainJson } from './plain-json.js';

const ticks = { tick: { out: tickSchema } };

const own: Wire = {
  subprotocol: 'wirepact.v1',
  hello: '{"path":"$hello","data":{}}',
  isGreeted: true,
  follow: '{"path":"feed","data":{},"id":1}',
  encode: plainJson.encode,
  decode(text) {
    const frame = JSON.parse(text) as Frame;
    if (frame.path === '$welcome') return { kind: 'ready' };
    if (frame.path === '$ping') return { kind: 'answer', text: '{"path":"$pong"}' };
    if (frame.n === undefined && frame.room !== undefined) return decodeEnvelope(frame);
    const answer = frame.n === undefined ? acknowledge(frame) : grant(frame.n, text.length);
    const heard = frame.n === undefined ? decodeEnvelope(frame) : toTick(frame.data);
    return heard.kind === 'tick' && answer !== undefined ? { ...heard, answer } : heard;
  },
};

interface Frame {
  readonly path: string;
  readonly id?: number;
  readonly data: unknown;
  readonly room?: string;
  /** The position of an entry in its log. */
  readonly at?: number;
  /** The number of an item of a stream. */
  readonly n?: number;
}

function toTick(data: unknown): Heard {
  return { kind: 'tick', tick: data as Tick };
}

/** As Wirepact's client does: what was sent to it alone is acknowledged after every 32 entries. */
function acknowledge({ at }: Frame): string | undefined {
  return at !== undefined && at % 32 === 0 ? `{"path":"$ack","data":{"inbox":${at}}}` : undefined;
}

/** As Wirepact's client does: 16 items of a stream may run ahead, and it says so after every 8, or 32,768 characters. */
function grant(taken: number, characters: number): string | undefined {
  const every = Math.min(8, Math.ceil(32_768 / characters));
  return taken % every === 0 ? `{"path":"$more","data":{"id":1,"n":${taken + 16}}}` : undefined;
}

/** The load comes from few clients that send as fast as they can. */
export const unlimitedRates = {
  ...{ messagesPerSecond: 1e9, messageBurst: 1e9 },
  ...{ bytesPerSecond: 1e9, byteBurst: 1e9 },
};

export const wirepact: Contender = {
  name: 'Wirepact',
  package: '@wirepact/server',
  validates: true,
  features: [
    ...(['idle', 'requests', 'broadcast', 'rooms', 'direct', 'latest', 'volatile'] as const),
    ...(['stream', 'return', 'inbox', 'cluster', 'volatile cluster'] as const),
  ],
  settings: 'defaults, but without limits on the rates of messages and bytes, which the load would exceed',
  serve,
  wire: own,
  async connectOwn(origin, onTick) {
    const { createClient } = await import('@wirepact/client');
    const client = createClient<typeof ticks>({ url: origin });
    client.on('tick', onTick);
    client.connect();
    await new Promise<void>((resolve) => {
      client.onStatus(({ name }) => {
        if (name === 'connected') resolve();
      });
    });
  },
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
  const others: Record<string, ChannelDefinition> = {
    'tick.latest': { out: tickSchema, delivery: 'latest' },
    'tick.volatile': { out: tickSchema, delivery: 'volatile' },
    feed: { in: z.object({}), stream: tickSchema },
  };
  const orders = Object.fromEntries(app.routes.map((route) => [route, order]));
  // paths that are made while the program runs have no types
  const channels = defineChannels({ ...ticks, ...others, ...orders }) as unknown as AnyChannels;
  const { authenticate, redisUrl } = app;
  const sockets = new SocketManager<AnyChannels, unknown>(channels, {
    limits: unlimitedRates,
    ...(redisUrl !== undefined && { broker: await createBroker(redisUrl) }),
    ...(authenticate && { authenticate: ({ url }) => authenticate(tokenOf(url)) }),
    event: {
      onConnect(socket) {
        for (const room of app.assignRooms()) socket.join(room);
      },
    },
  });
  for (const route of app.routes)
    sockets.addRoute(route, (_socket, data) => app.handle(data as Order) as never);
  sockets.addRoute('feed', (() => app.follow()) as never);
  sockets.attach(server, { path: '/' });
  if (redisUrl !== undefined) await untilJoined(port);
  return {
    port,
    broadcast: (tick) => sockets.sendToAll('tick', tick),
    sendToRoom: (room, tick) => sockets.room(room).send('tick', tick),
    sendToRoomVolatile: (room, tick) => sockets.room(room).send('tick.volatile', tick),
    sendToEach(tick) {
      for (const socket of sockets.clients()) socket.send('tick', tick);
    },
    broadcastLatest: (tick) => sockets.sendToAll('tick.latest', tick),
    broadcastVolatile: (tick) => sockets.sendToAll('tick.volatile', tick),
  };
}

async function createBroker(url: string): Promise<Broker> {
  const { redisBroker } = await import('@wirepact/redis');
  return redisBroker({ url });
}

/** A process that has not joined the others yet refuses whoever comes. */
async function untilJoined(port: number): Promise<void> {
  const { WebSocket } = await import('ws');
  for (;;) {
    // it says nothing, so that nobody is let in
    const probe = new WebSocket(`ws://127.0.0.1:${port}/`, own.subprotocol);
    const isTaken = await new Promise<boolean>((resolve) => {
      probe.on('open', () => resolve(true));
      probe.on('error', () => resolve(false));
    });
    probe.terminate();
    if (isTaken) return;
    await delay(20);
  }
}
