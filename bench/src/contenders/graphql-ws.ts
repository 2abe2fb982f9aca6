// graphql-ws over graphql-js: mutations, and one subscription per client for what is broadcast. It has no rooms.
import { EventEmitter, on } from 'node:events';
import type { Application, Contender, Heard, Served } from '../contender.js';
import type { Order, Receipt, Tick } from '../messages.js';
import { listen, tokenOf } from './listen.js';

const fields = {
  receipt: '{ orderId symbol quantity accepted }',
  tick: '{ symbol price volume sentAt note }',
};

export const graphqlWs: Contender = {
  name: 'graphql-ws',
  package: 'graphql-ws',
  validates: true,
  features: ['idle', 'requests', 'broadcast', 'stream'],
  settings: 'defaults, which parse and validate each query; a GraphQL schema instead of zod',
  serve,
  wire: {
    subprotocol: 'graphql-transport-ws',
    hello: '{"type":"connection_init"}',
    isGreeted: true,
    subscribe: subscriptionTo('ticks'),
    follow: subscriptionTo('feed'),
    encode: (id, path, order) =>
      operation(id, `mutation($order: OrderInput!) { ${path}(order: $order) ${fields.receipt} }`, { order }),
    decode,
  },
};

const types = `
  enum Side { buy sell }
  input OrderInput { symbol: String! side: Side! quantity: Int! note: String! }
  type Receipt { orderId: String! symbol: String! quantity: Int! accepted: Boolean! }
  type Tick { symbol: String! price: Float! volume: Int! sentAt: Float! note: String! }
  type Query { nothing: Boolean }
  type Subscription { ticks: Tick! feed: Tick! }
`;

function operation(id: number, query: string, variables?: object): string {
  return JSON.stringify({ id: String(id), type: 'subscribe', payload: { query, variables } });
}

function subscriptionTo(field: string): string {
  return operation(0, `subscription { ${field} ${fields.tick} }`);
}

interface Answer {
  readonly type: string;
  readonly id?: string;
  readonly payload?: { readonly data?: Readonly<Record<string, unknown>> };
}

function decode(text: string): Heard {
  const { type, id, payload } = JSON.parse(text) as Answer;
  if (type === 'connection_ack') return { kind: 'ready' };
  if (type === 'complete') return { kind: 'nothing' };
  const [found] = Object.values(payload?.data ?? {});
  if (type !== 'next' || found === undefined) throw new Error(`graphql-ws said ${text}`);
  if (id !== '0') return { kind: 'reply', id: Number(id), receipt: found as Receipt };
  const tick = found as Tick;
  return tick === undefined || tick.sentAt === 0 ? { kind: 'ready' } : { kind: 'tick', tick };
}

async function serve(app: Application): Promise<Served> {
  const { buildSchema } = await import('graphql');
  const { useServer: serveGraphql } = await import('graphql-ws/use/ws');
  const { WebSocketServer } = await import('ws');
  const { server, port } = await listen();
  const events = new EventEmitter().setMaxListeners(0);
  const order = ({ order }: { readonly order: Order }): Receipt => app.handle(order);
  const mutations = app.routes.map((route) => `${route}(order: OrderInput!): Receipt!`).join(' ');

  async function* ticks(): AsyncGenerator<{ readonly ticks: Tick }> {
    const all = on(events, 'tick');
    // no answer says that a subscription has begun, but for its first value
    yield { ticks: { symbol: '', price: 0, volume: 0, sentAt: 0, note: '' } };
    for await (const [tick] of all) yield { ticks: tick as Tick };
  }
  async function* feed(): AsyncGenerator<{ readonly feed: Tick }> {
    for await (const tick of app.follow()) yield { feed: tick };
  }
  serveGraphql(
    {
      schema: buildSchema(`${types} type Mutation { ${mutations} }`),
      roots: {
        mutation: Object.fromEntries(app.routes.map((route) => [route, order])),
        subscription: { ticks, feed },
      },
      onConnect: async ({ extra }) =>
        app.authenticate ? Boolean(await app.authenticate(tokenOf(extra.request.url))) : true,
    },
    new WebSocketServer({ server }),
  );
  return { port, broadcast: (tick) => events.emit('tick', tick) };
}
