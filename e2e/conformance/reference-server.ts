// The server that the conformance suite speaks to: channels that do each thing the protocol knows, and endpoints for what
// concerns a whole connection. Another server may take its place (WIREPACT_URL) if it does the same at these paths.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ChannelError, defineChannels, SocketError, type Clock } from '@wirepact/core';
import { SocketManager } from '@wirepact/server';
import { z } from 'zod';

const text = z.object({ text: z.string() });
const room = z.object({ room: z.string(), text: z.string().default('') });

const channels = defineChannels({
  time: { in: z.void(), out: z.string() },
  output: { out: z.string() },
  chat: {
    in: text,
    out: text,
    reply: z.object({ id: z.string() }),
    errors: { MUTED: z.object({ until: z.string() }) },
  },
  note: { in: z.string() },
  nothing: { in: z.void(), out: z.string() },
  maybe: { in: z.void(), out: z.string().optional() },
  profile: { in: z.void(), out: z.object({ name: z.string() }) },
  misfit: { in: z.void(), out: z.string() },
  throws: { in: z.enum(['error', 'undeclared', 'forbidden']), reply: z.string() },
  wait: { in: z.void(), reply: z.string() },
  tail: { in: z.object({ count: z.number(), size: z.number().default(1) }), stream: z.string() },
  enter: { in: room },
  exit: { in: room },
  announce: { in: room },
  price: {
    out: z.object({ of: z.string() }),
    answer: z.number(),
    errors: { UNKNOWN: z.object({ of: z.string() }) },
  },
  shop: { in: z.string(), reply: z.string() },
  close: { in: z.object({ code: z.number(), reason: z.string().default('') }) },
  who: { in: z.void(), out: z.string() },
  log: { in: z.void(), reply: z.array(z.string()) },
  cursor: { out: z.object({ user: z.string() }), delivery: 'latest', key: 'user' },
  typing: { in: z.boolean(), delivery: 'volatile' },
  save: { in: z.string(), idempotent: true },
});

type Channels = typeof channels;

/** `/ws` and `/known`: rooms that begin with "open" may be joined; at the second, members know of each other. */
function createMain(clock: Clock | undefined, isKnown: boolean) {
  const sockets: SocketManager<Channels> = new SocketManager(channels, {
    ...(clock && { clock }),
    rooms: {
      authorize: async (_socket, name) => name.startsWith('open'),
      ...(isKnown && { member: (socket) => ({ name: socket.id.slice(0, 2) }) }),
    },
    routes: {
      time: () => 'noon',
      chat(socket, { text: said }, { fail }) {
        if (said === 'shout') throw fail('MUTED', { until: 'later' });
        socket.broadcast('chat', { text: said });
        return { id: 'm1' };
      },
      note: () => undefined,
      nothing: () => undefined,
      maybe: () => undefined,
      profile: () => ({ name: 'Ann', password: 'secret' }),
      misfit: () => 5 as unknown as string,
      throws(_socket, what) {
        if (what === 'undeclared') throw new ChannelError('NOPE', { secret: 1 });
        if (what === 'forbidden') throw new SocketError('forbidden', 'members only');
        throw new Error('the password is 1234');
      },
      wait: (socket, _data, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            socket.send('output', 'wait was called off');
            reject(signal.reason as Error);
          });
        }),
      async *tail(socket, { count, size }) {
        try {
          for (let n = 1; n <= count; n += 1) yield String(n).padStart(size, '.');
        } finally {
          socket.send('output', 'tail is finished');
        }
      },
      enter: (socket, { room: name }) => socket.join(name),
      exit: (socket, { room: name }) => socket.leave(name),
      announce: (_socket, { room: name, text: said }) => sockets.room(name).send('output', said),
      async shop(socket, of) {
        try {
          return `it costs ${await socket.request('price', { of })}`;
        } catch (error) {
          return `refused: ${(error as SocketError).code}`;
        }
      },
      close: (socket, { code, reason }) => socket.disconnect(reason, code),
      typing: () => undefined,
      save: () => undefined,
    },
  });
  return sockets;
}

/** `/guarded`: tokens are names, or `name@expiry`. `bad` is nobody, `banned` may not, `broken` breaks. */
function createGuarded(clock: Clock | undefined) {
  return new SocketManager(channels, {
    ...(clock && { clock }),
    authenticate: ({ token = 'bad' }) => {
      if (token === 'bad') throw new SocketError('unauthenticated');
      if (token === 'banned') throw new SocketError('forbidden');
      if (token === 'broken') throw new Error('the database is down');
      const [name = '', expiry] = token.split('@');
      return { name, expiresAt: expiry === undefined ? undefined : Number(expiry) };
    },
    userId: ({ name }) => name,
    expiresAt: ({ expiresAt }) => expiresAt,
    routes: { who: (socket) => socket.context.name },
  });
}

/** `/life`: says who comes and goes, to everyone and to the room "lobby" that everyone is in, and keeps a log of it. */
function createLife(clock: Clock | undefined) {
  const log: string[] = [];
  const sockets: SocketManager<Channels> = new SocketManager(channels, {
    ...(clock && { clock }),
    event: {
      onConnect(socket) {
        socket.join('lobby');
        sockets.sendToAll('output', `came: ${sockets.countClients}`);
      },
      onMessage(socket, { path, data }) {
        log.push(`${path} ${JSON.stringify(data)}`);
        if (path === 'fails') throw new Error('in onMessage');
        socket.send('output', `unrouted: ${path}`);
      },
      onDisconnect(socket, { code }) {
        const { size } = sockets.room('lobby');
        log.push(`left by ${code}`);
        socket.send('output', 'nobody hears this');
        sockets.sendToAll(
          'output',
          `left: ${sockets.countClients} and ${size} in the lobby, with the leaver`,
        );
      },
    },
    routes: {
      log: () => log.splice(0),
      close: (socket, { code, reason }) => {
        socket.disconnect(reason, code);
        socket.disconnect('again', 4999);
      },
    },
  });
  return sockets;
}

export interface Target {
  /** Where the endpoints are: `ws://127.0.0.1:8080`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the reference server, or takes the one at WIREPACT_URL. */
export async function startTarget(clock?: Clock): Promise<Target> {
  const given = process.env['WIREPACT_URL'];
  if (given !== undefined && clock === undefined) return { url: given, close: async () => undefined };
  const managers = {
    '/ws': createMain(clock, false),
    '/known': createMain(clock, true),
    '/guarded': createGuarded(clock),
    '/life': createLife(clock),
  };
  const server: Server = createServer((request, response) =>
    managers['/ws'].handleRequest(request, response),
  );
  for (const [path, sockets] of Object.entries(managers)) sockets.attach(server, { path });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      await Promise.all(Object.values(managers).map((sockets) => sockets.close()));
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
