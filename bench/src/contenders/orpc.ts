// oRPC over its adapter for ws: procedures, and an event iterator per client for what is broadcast. It has no rooms.
import type { Application, Contender, Heard, Served } from '../contender.js';
import { orderSchema, receiptSchema, tickSchema, type Receipt, type Tick } from '../messages.js';
import { listen, tokenOf } from './listen.js';

export const orpc: Contender = {
  name: 'oRPC',
  package: '@orpc/server',
  validates: true,
  features: ['idle', 'requests', 'broadcast', 'stream'],
  settings: 'defaults; the event iterator subscribes to an `EventPublisher`, as in its documentation',
  serve,
  wire: {
    subscribe: '{"i":"0","p":{"u":"/ticks"}}',
    follow: '{"i":"0","p":{"u":"/feed"}}',
    encode: (id, path, order) => JSON.stringify({ i: String(id), p: { u: `/${path}`, b: { json: order } } }),
    decode,
  },
};

interface Answer {
  readonly i: string;
  /** 3 for an event of an iterator, missing in a response. */
  readonly t?: number;
  readonly p: { readonly s?: number; readonly b?: Body; readonly d?: Body };
}

interface Body {
  readonly json: unknown;
}

function decode(text: string): Heard {
  const { i: id, t: type, p: payload } = JSON.parse(text) as Answer;
  if (type === 3 && payload.d) return { kind: 'tick', tick: payload.d.json as Tick };
  if (type !== undefined || payload.s !== undefined) throw new Error(`oRPC said ${text}`);
  if (id === '0') return { kind: 'ready' };
  return { kind: 'reply', id: Number(id), receipt: payload.b?.json as Receipt };
}

async function serve(app: Application): Promise<Served> {
  const { EventPublisher, os } = await import('@orpc/server');
  const { RPCHandler } = await import('@orpc/server/ws');
  const { WebSocketServer } = await import('ws');
  const { server, port } = await listen();
  const base = os.$context<{ readonly user: string }>();
  const publisher = new EventPublisher<{ tick: Tick }>();
  const order = base
    .input(orderSchema)
    .output(receiptSchema)
    .handler(({ input }) => app.handle(input));
  const ticks = base.handler(async function* ({ signal }): AsyncGenerator<Tick> {
    yield* publisher.subscribe('tick', { signal });
  });
  const feed = base.handler(() => app.follow());
  const handler = new RPCHandler({
    ...{ ticks, feed },
    ...Object.fromEntries(app.routes.map((route) => [route, order])),
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const upgrade = (context: { user: string }): void =>
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('error', () => webSocket.terminate());
        void handler.upgrade(webSocket, { context });
      });
    if (!app.authenticate) upgrade({ user: 'nobody' });
    else app.authenticate(tokenOf(request.url)).then(upgrade, () => socket.destroy());
  });
  return { port, broadcast: (tick) => publisher.publish('tick', tickSchema.parse(tick)) };
}
