import { ChannelError, defineChannels, SocketError } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Middleware } from './route.js';
import { RouteTable } from './route-table.js';
import type { Socket } from '../socket.js';
import { createTestServer } from '../test-server.fixture.js';

const channels = defineChannels({
  add: { in: z.array(z.number()), reply: z.number(), errors: { CLOSED: z.string() } },
  output: { out: z.string() },
});
const ask = { path: 'add', data: [1, 2], id: 7 };
const answer = { path: 'add', id: 7, data: 3 };
const internal = { path: 'add', id: 7, error: { code: 'internal' } };

type AnyMiddleware = Middleware<Socket<typeof channels, undefined>>;

async function start(...middleware: AnyMiddleware[]) {
  const order: string[] = [];
  const server = createTestServer(channels, {
    routes: {
      add(_socket, [a = 0, b = 0]) {
        order.push('route');
        if (a < 0) throw new ChannelError('CLOSED', 'negative');
        return a + b;
      },
    },
  });
  for (const one of middleware) server.sockets.use(one);
  return { server, order, client: await server.connectPlain() };
}

describe('add', () => {
  const table = new RouteTable(channels);

  it.each(['nope', 'output', '__proto__', 'constructor', ''])(
    'refuses %j, which the server does not receive',
    (path) => {
      expect(() => table.add(path, () => undefined)).toThrow(
        `no channel "${path}" with "in" is in the contract`,
      );
    },
  );

  it('refuses what is no function', () => {
    expect(() => table.add('add', 5 as never)).toThrow(new TypeError('the route of "add" is not a function'));
  });

  it('refuses a second route, and takes one after the first was removed', () => {
    const remove = table.add('add', () => 1);
    expect(() => table.add('add', () => 2)).toThrow(
      'channel "add" has a route already; remove that one first',
    );
    remove();
    expect(table.find('add')).toBeUndefined();
    table.add('add', () => 2);
    remove();
    expect(table.find('add')?.route).toBeDefined();
  });
});

describe('middleware', () => {
  it('runs around the route, the first one outermost, and the answer passes', async () => {
    const around =
      (name: string): AnyMiddleware =>
      async (_socket, _message, next) => {
        order.push(`${name} before`);
        await next();
        order.push(`${name} after`);
      };
    const { client, order } = await start(around('a'), around('b'));
    expect(await client.ask(ask)).toEqual([answer]);
    expect(order).toEqual(['a before', 'b before', 'route', 'b after', 'a after']);
  });

  it.each([undefined, null, 'x', {}])('that is %s is refused', (middleware) => {
    const server = createTestServer(channels);
    expect(() => server.sockets.use(middleware as never)).toThrow(
      new TypeError('the middleware is not a function'),
    );
  });

  it('that was added twice is removed once by each, in its place', async () => {
    const again: AnyMiddleware = async (_socket, _message, next) => {
      order.push('again');
      await next();
    };
    const { client, order, server } = await start(again, async (_socket, _message, next) => {
      order.push('between');
      await next();
    });
    const remove = server.sockets.use(again);
    remove();
    remove();
    await client.ask(ask);
    expect(order).toEqual(['again', 'between', 'route']);
  });

  it('sees what the route is given', async () => {
    const seen: unknown[] = [];
    const { client, server } = await start((socket, { path, data, messageId, signal }, next) => {
      seen.push(socket, path, data, signal.aborted, messageId.startsWith(socket.id));
      return next();
    });
    await client.ask(ask);
    const [socket] = server.sockets.clients();
    expect(seen).toEqual([socket, 'add', [1, 2], false, true]);
  });

  it('runs around onMessage as well', async () => {
    const seen: string[] = [];
    const server = createTestServer(channels, {
      event: { onMessage: (_socket, { path }) => seen.push(path) },
    });
    server.sockets.use(() => {
      throw new SocketError('forbidden');
    });
    const client = await server.connectPlain();
    expect(await client.ask({ path: 'any' })).toMatchObject([{ data: { code: 'forbidden' } }]);
    expect(seen).toEqual([]);
  });

  it('does not see what does not fit', async () => {
    const { client } = await start(() => expect.unreachable());
    expect(await client.ask({ path: 'add', data: 'x', id: 7 })).toMatchObject([
      { error: { code: 'invalid_input' } },
    ]);
  });

  it('refuses by throwing, with a code of the channel or of the library', async () => {
    for (const error of [new ChannelError('CLOSED', 'today'), new SocketError('forbidden')]) {
      const { client, order } = await start(async () => {
        throw error;
      });
      expect(await client.ask(ask)).toMatchObject([{ path: 'add', id: 7, error: { code: error.code } }]);
      expect(order).toEqual([]);
    }
  });

  it('that does not go on leaves the caller without an answer', async () => {
    const { client, order } = await start(() => undefined);
    expect(await client.ask(ask)).toMatchObject([{ error: { code: 'no_reply' } }]);
    expect(order).toEqual([]);
  });

  it('sees what the route throws, and may make another error of it', async () => {
    const { client } = await start(async (_socket, _message, next) => {
      try {
        await next();
      } catch {
        throw new SocketError('forbidden');
      }
    });
    expect(await client.ask({ ...ask, data: [-1] })).toMatchObject([{ error: { code: 'forbidden' } }]);
  });

  it('cannot make an answer of what the route throws by catching it', async () => {
    const { client } = await start((_socket, _message, next) => next().catch(() => undefined));
    expect(await client.ask({ ...ask, data: [-1] })).toMatchObject([{ error: { code: 'CLOSED' } }]);
  });

  it('may call next once only', async () => {
    const { client, server, order } = await start(async (_socket, _message, next) => {
      await next();
      await next();
    });
    expect(await client.ask(ask)).toMatchObject([internal]);
    expect(server.errors).toEqual([new TypeError('a middleware of "add" called next() twice')]);
    expect(order).toEqual(['route']);
  });

  it('that does not wait for next gets the answer out, and the error', async () => {
    const { client, server } = await start((_socket, _message, next) => void next());
    expect(await client.ask(ask)).toEqual([answer]);
    expect(await client.ask({ ...ask, data: [-1] })).toMatchObject([{ error: { code: 'CLOSED' } }]);
    expect(server.errors).toEqual([]);
  });

  it('that calls next twice without waiting ends no process', async () => {
    const { client, server } = await start((_socket, _message, next) => {
      void next();
      void next();
    });
    expect(await client.ask({ ...ask, data: [-1] })).toMatchObject([internal]);
    expect(server.errors).toHaveLength(1);
  });

  it('is removed by what use gave', async () => {
    const { client, server } = await start();
    const remove = server.sockets.use(() => {
      throw new SocketError('forbidden');
    });
    expect(await client.ask(ask)).toMatchObject([{ error: { code: 'forbidden' } }]);
    remove();
    remove();
    expect(await client.ask(ask)).toEqual([answer]);
  });
});

describe('addRoute', () => {
  it('adds a route to a server that runs, and takes it back', async () => {
    const server = createTestServer(channels);
    const client = await server.connectPlain();
    expect(await client.ask(ask)).toMatchObject([{ error: { code: 'unknown_path' } }]);
    const remove = server.sockets.addRoute('add', (_socket, [a = 0, b = 0]) => a + b);
    expect(await client.ask(ask)).toEqual([answer]);
    remove();
    expect(await client.ask(ask)).toMatchObject([{ error: { code: 'unknown_path' } }]);
  });
});
