import { defineChannels, type ChannelError, type ErrorCode, type SocketError } from '@wirepact/core';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { SocketManager } from './socket-manager.js';
import type { Socket } from './socket.js';
import type { UpgradeRequest } from './handshake/upgrade-request.js';

const channels = defineChannels({
  time: { in: z.void(), out: z.string() },
  output: { out: z.string() },
  joined: { out: z.object({ name: z.string(), at: z.date() }) },
  online: { out: z.array(z.object({ userId: z.string(), clients: z.number() })) },
  said: { in: z.string().transform((text) => text.length), out: z.number().transform(String) },
  price: {
    out: z.object({ of: z.string() }),
    answer: z.number().transform((price) => price > 0),
    errors: { UNKNOWN: z.object({ of: z.string() }) },
  },
  tail: { in: z.void(), stream: z.string() },
});
type Channels = typeof channels;

// the bodies are type-checked and never run
const check = (body: () => unknown): unknown => expectTypeOf(body).toBeFunction();
declare const sockets: SocketManager<Channels, { readonly user: string }>;
declare const socket: Socket<Channels, { readonly user: string }>;

describe('the context', () => {
  it('is what authenticate gives, at once or later', () => {
    check(() => {
      const now = new SocketManager(channels, { authenticate: () => ({ user: 'ann' }) });
      expectTypeOf(now).toEqualTypeOf<SocketManager<Channels, { user: string }>>();
      const later = new SocketManager(channels, {
        authenticate: async (request) => {
          expectTypeOf(request).toEqualTypeOf<UpgradeRequest>();
          return { user: request.token ?? 'guest' };
        },
      });
      expectTypeOf(later).toEqualTypeOf<SocketManager<Channels, { user: string }>>();
    });
  });

  it('is undefined without', () => {
    check(() => {
      const open = new SocketManager(channels);
      expectTypeOf(open).toEqualTypeOf<SocketManager<Channels, undefined>>();
      new SocketManager(channels, {
        event: { onConnect: ({ context }) => expectTypeOf(context).toEqualTypeOf<undefined>() },
      });
    });
  });

  it('is known to every option after authenticate', () => {
    check(() => {
      new SocketManager(channels, {
        authenticate: () => ({ user: 'ann', until: 5 }),
        userId: ({ user }) => user,
        expiresAt: ({ until }) => until,
        event: {
          onMessage: ({ context }, { path, data }) => {
            expectTypeOf(context.user).toEqualTypeOf<string>();
            expectTypeOf(path).toEqualTypeOf<string>();
            expectTypeOf(data).toBeUnknown();
          },
          onDisconnect: ({ context }, { code }) => {
            expectTypeOf(context.until).toEqualTypeOf<number>();
            expectTypeOf(code).toEqualTypeOf<number>();
          },
        },
        rooms: {
          authorize: ({ context }, room) => context.user === room,
          member: ({ context }) => context.user,
        },
        routes: { time: ({ context }) => context.user },
      });
      class Person {
        readonly name = 'ann';
      }
      new SocketManager(channels, { rooms: { member: () => new Person() } });
      // @ts-expect-error the list of members waits for nothing
      new SocketManager(channels, { rooms: { member: async () => 'ann' } });
      new SocketManager(channels, {
        authenticate: () => ({ user: 'ann' }),
        // @ts-expect-error there is no such thing in the context
        userId: ({ name }) => String(name),
      });
    });
  });
});

describe('sending', () => {
  it('takes a path that goes out, and what its schema takes', () => {
    check(() => {
      sockets.sendToAll('output', 'x');
      sockets.sendToAllExcept(socket, 'output', 'x');
      socket.send('joined', { name: 'ann', at: new Date() });
      socket.broadcast('said', 5);
      sockets.room('lobby').send('output', 'x');
      sockets.room('lobby').except(socket).send('output', 'x');
      sockets.user('ann').send('time', 'noon');
      sockets.client('s_1')?.send('output', 'x');
      expectTypeOf(sockets.publish('output', 'x')).toEqualTypeOf<Promise<void>>();
      expectTypeOf(sockets.room('lobby').publish('output', 'x')).toEqualTypeOf<Promise<void>>();
    });
  });

  it('refuses everything else', () => {
    check(() => {
      // @ts-expect-error a path that is not in the contract
      sockets.sendToAll('outptu', 'x');
      // @ts-expect-error the client sends on it and never hears of it
      sockets.sendToAll('tail', 'x');
      // @ts-expect-error it is asked with, not sent
      sockets.sendToAll('price', { of: 'tea' });
      // @ts-expect-error a wrong payload
      sockets.sendToAll('output', 5);
      // @ts-expect-error no payload
      socket.send('output');
      // @ts-expect-error a missing field
      socket.send('joined', { name: 'ann' });
      // @ts-expect-error what the schema makes of it, instead of what it takes
      socket.broadcast('said', '5');
      // @ts-expect-error everybody but whom?
      sockets.sendToAllExcept('output', 'x');
    });
  });
});

describe('asking', () => {
  it('gives what the contract makes of the answer, and says what may go wrong', () => {
    check(async () => {
      const asked = socket.request('price', { of: 'tea' }, { timeoutMs: 5 });
      expectTypeOf(await asked).toEqualTypeOf<boolean>();
      expectTypeOf<NonNullable<(typeof asked)['~error']>>().toEqualTypeOf<
        SocketError<ErrorCode> | ChannelError<'UNKNOWN', { of: string }>
      >();
    });
  });

  it('is for channels that clients answer', () => {
    check(() => {
      // @ts-expect-error the server answers on it
      void socket.request('time');
      // @ts-expect-error a wrong question
      void socket.request('price', { off: 'tea' });
    });
  });
});

describe('a manager inside its own initialiser', () => {
  it('may be used by events and by routes that return nothing of it', () => {
    check(() => {
      const own = new SocketManager(channels, {
        authenticate: async () => ({ user: 'ann' }),
        event: {
          onConnect: (newcomer) => own.sendToAllExcept(newcomer, 'output', `count: ${own.countClients}`),
          onDisconnect() {
            own.sendToAll('output', `count: ${own.countClients - 1}`);
          },
        },
        routes: {
          said(speaker, length) {
            for (const other of own.clients()) if (other !== speaker) other.send('output', String(length));
          },
        },
      });
      expectTypeOf(own).toEqualTypeOf<SocketManager<Channels, { user: string }>>();
    });
  });

  it('is given to routes that return what they compute from it', () => {
    check(() => {
      const own = new SocketManager(channels, {
        routes: {
          time: (_socket, _data, { sockets: self }) => `${self.countClients} are here`,
          async *tail(_socket, _data, { sockets: self }) {
            for (const { id } of self.clients()) yield id;
          },
        },
      });
      expectTypeOf(own.countClients).toEqualTypeOf<number>();
    });
  });
});

describe('finding', () => {
  it('gives sockets with their contract and context', () => {
    check(() => {
      expectTypeOf(sockets.client('s_1')).toEqualTypeOf<typeof socket | undefined>();
      expectTypeOf(sockets.clients()).toEqualTypeOf<IterableIterator<typeof socket>>();
      expectTypeOf(sockets.room('lobby').members()).toEqualTypeOf<readonly (typeof socket)[]>();
      expectTypeOf(socket.context).toEqualTypeOf<{ readonly user: string }>();
      expectTypeOf(socket.rooms).toEqualTypeOf<ReadonlySet<string>>();
    });
  });
});

describe('who is online', () => {
  it('may be sent as it is', () => {
    check(async () => {
      const lobby = sockets.room('lobby');
      lobby.send('online', await lobby.presence());
    });
  });
});

describe('addRoute', () => {
  it('is typed as the routes of the options are', () => {
    check(() => {
      const remove = sockets.addRoute('said', (from, length) => {
        expectTypeOf(from.context).toEqualTypeOf<{ readonly user: string }>();
        expectTypeOf(length).toEqualTypeOf<number>();
      });
      expectTypeOf(remove).toEqualTypeOf<() => void>();
      // @ts-expect-error only the server sends on it
      sockets.addRoute('output', () => {});
      // @ts-expect-error a stream is an async generator
      sockets.addRoute('tail', () => 'x');
    });
  });
});

describe('an untyped manager', () => {
  it('takes any path and any data', () => {
    check(() => {
      const any = new SocketManager(channels as never) as SocketManager;
      any.sendToAll('whatever', { any: 'thing' });
      any.room('lobby').send('anything', 5);
    });
  });
});
