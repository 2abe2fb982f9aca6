// tRPC 11 over its WebSocket link: mutations, and one subscription per client for what is broadcast. It has no rooms.
import { EventEmitter, on } from 'node:events';
import type { CreateWSSContextFnOptions } from '@trpc/server/adapters/ws';
import type { Application, Contender, Heard, Served } from '../contender.js';
import { orderSchema, receiptSchema, tickSchema, type Receipt, type Tick } from '../messages.js';
import { listen, tokenOf } from './listen.js';

export const trpc: Contender = {
  name: 'tRPC',
  package: '@trpc/server',
  validates: true,
  features: ['idle', 'requests', 'broadcast', 'stream'],
  settings: 'defaults; the subscription is an async generator over `events.on`, as in its documentation',
  serve,
  wire: {
    subscribe: '{"id":0,"method":"subscription","params":{"path":"ticks"}}',
    follow: '{"id":0,"method":"subscription","params":{"path":"feed"}}',
    encode: (id, path, input) => JSON.stringify({ id, method: 'mutation', params: { path, input } }),
    decode,
  },
};

interface Answer {
  readonly id: number;
  readonly result?: { readonly type: 'started' | 'data' | 'stopped'; readonly data?: unknown };
}

function decode(text: string): Heard {
  if (text === 'PING') return { kind: 'answer', text: 'PONG' };
  const { id, result } = JSON.parse(text) as Answer;
  if (result?.type === 'started') return { kind: 'ready' };
  if (result?.type !== 'data') throw new Error(`tRPC said ${text}`);
  if (id === 0) return { kind: 'tick', tick: result.data as Tick };
  return { kind: 'reply', id, receipt: result.data as Receipt };
}

async function serve(app: Application): Promise<Served> {
  const { initTRPC } = await import('@trpc/server');
  const { applyWSSHandler } = await import('@trpc/server/adapters/ws');
  const { WebSocketServer } = await import('ws');
  const { server, port } = await listen();
  const { router, procedure } = initTRPC.context<{ readonly user: string }>().create();
  const events = new EventEmitter().setMaxListeners(0);
  const mutation = procedure
    .input(orderSchema)
    .output(receiptSchema)
    .mutation(({ input }) => app.handle(input));
  const ticks = procedure.subscription(async function* ({ signal }): AsyncGenerator<Tick> {
    for await (const [tick] of on(events, 'tick', signal ? { signal } : {})) yield tick as Tick;
  });
  const feed = procedure.subscription(() => app.follow());
  applyWSSHandler({
    wss: new WebSocketServer({ server }),
    router: router({ ticks, feed, ...Object.fromEntries(app.routes.map((route) => [route, mutation])) }),
    createContext: async ({ req }: CreateWSSContextFnOptions) =>
      (await app.authenticate?.(tokenOf(req.url))) ?? { user: 'nobody' },
  });
  return { port, broadcast: (tick) => events.emit('tick', tickSchema.parse(tick)) };
}
