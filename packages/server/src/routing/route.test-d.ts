import { defineChannels, type ChannelError } from '@wirepact/core';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { Middleware, Routes } from './route.js';
import { SocketManager } from '../socket-manager.js';
import type { Socket } from '../socket.js';

const channels = defineChannels({
  time: { in: z.void(), out: z.string() },
  output: { out: z.string() },
  chat: {
    in: z.object({ text: z.string().default('') }),
    out: z.object({ text: z.string(), at: z.date() }),
    reply: z.object({ id: z.string() }),
    errors: { MUTED: z.object({ until: z.string() }) },
  },
  typing: { in: z.boolean() },
  tail: { in: z.object({ level: z.string() }), stream: z.string() },
});

interface Context {
  user: { id: string };
}

const authenticate = async (): Promise<Context> => ({ user: { id: 'u1' } });

// the bodies are type-checked and never run
const check = (body: () => unknown): unknown => expectTypeOf(body).toBeFunction();

describe('routes', () => {
  it('are given the socket with its context, the parsed data, and what they need besides', () => {
    check(() => {
      const sockets = new SocketManager(channels, {
        authenticate,
        userId: (context) => context.user.id,
        event: { onConnect: (socket) => expectTypeOf(socket.context).toEqualTypeOf<Context>() },
        routes: {
          chat(socket, draft, { signal, messageId, sockets, fail }) {
            expectTypeOf(socket).toEqualTypeOf<Socket<typeof channels, Context>>();
            expectTypeOf(draft).toEqualTypeOf<{ text: string }>();
            expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
            expectTypeOf(messageId).toEqualTypeOf<string>();
            expectTypeOf(sockets).toEqualTypeOf<SocketManager<typeof channels, Context>>();
            expectTypeOf(fail('MUTED', { until: 'later' })).toEqualTypeOf<
              ChannelError<'MUTED', { until: string }>
            >();
            return { id: 'm1' };
          },
        },
      });
      expectTypeOf(sockets).toEqualTypeOf<SocketManager<typeof channels, Context>>();
    });
  });

  it('may be async, and may answer with nothing where the channel has no reply', () => {
    check(
      () =>
        new SocketManager(channels, {
          routes: {
            chat: async () => ({ id: 'm1' }),
            time: (socket) => socket.send('output', 'noon'),
            async *tail(_socket, { level }) {
              yield level;
            },
          },
        }),
    );
  });

  it('may use the manager inside statements, and its `sockets` argument anywhere', () => {
    check(() => {
      const sockets = new SocketManager(channels, {
        event: {
          onConnect(socket) {
            sockets.sendToAll('output', `count: ${sockets.countClients}`);
            socket.send('chat', { text: 'welcome', at: new Date(0) });
          },
        },
        routes: { time: (_socket, _data, { sockets: all }) => String(all.countClients) },
      });
    });
  });

  it('are refused where they do not fit the channel', () => {
    check(() => {
      // @ts-expect-error a field of the reply is misspelt
      new SocketManager(channels, { routes: { chat: () => ({ idd: 'm1' }) } });
      // @ts-expect-error the reply is missing
      new SocketManager(channels, { routes: { chat: () => {} } });
      // @ts-expect-error a stream is an async generator
      new SocketManager(channels, { routes: { tail: () => 'line' } });
      // @ts-expect-error only the server sends on it
      new SocketManager(channels, { routes: { output: () => {} } });
      // @ts-expect-error there is no such channel
      new SocketManager(channels, { routes: { chta: () => {} } });
      new SocketManager(channels, {
        routes: {
          chat(_socket, _draft, { fail }) {
            // @ts-expect-error the channel declares no such error
            throw fail('BANNED');
          },
          time(_socket, _data, { fail }) {
            // @ts-expect-error the channel declares no errors
            throw fail('MUTED', { until: 'later' });
          },
        },
      });
    });
  });
});

describe('a route of a channel without out', () => {
  it('may be async', () => {
    type TypingRoute = NonNullable<Routes<typeof channels, unknown, unknown>['typing']>;
    expectTypeOf<() => Promise<void>>().toExtend<TypingRoute>();
  });
});

describe('middleware', () => {
  it('knows the socket, and nothing of the data', () => {
    check(() => {
      const sockets = new SocketManager(channels, { authenticate });
      sockets.use(async (socket, message, next) => {
        expectTypeOf(socket.context).toEqualTypeOf<Context>();
        expectTypeOf(message.data).toBeUnknown();
        await next();
      });
      const silent: Middleware<Socket<typeof channels, Context>> = (_socket, _message, next) => next();
      sockets.use(silent);
    });
  });
});
