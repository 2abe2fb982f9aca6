import { defineChannels, type ChannelError, type ErrorCode, type SocketError } from '@wirepact/core';
import { describe, expectTypeOf, it } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { z } from 'zod';
import type { Client, CreateClient, MessageInfo, Room, RoomMember } from './client.js';
import type { ClientStatus, CloseReason } from './client-status.js';
import { safe } from './safe.js';

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

const channels = defineChannels({
  time: { in: z.void(), out: z.string() },
  output: { out: z.string() },
  chat: {
    in: z.object({ text: z.string(), room: z.string() }),
    out: z.object({ text: z.string(), at: isoDate }),
    reply: z.object({ id: z.string() }),
    errors: { MUTED: z.object({ until: z.string() }) },
  },
  tail: { in: z.object({ level: z.string() }), stream: z.string() },
  price: { out: z.object({ item: z.string() }), answer: z.number() },
  day: { in: z.date(), out: z.date() },
});

declare const createClient: CreateClient;
const url = '/ws';

// the bodies are type-checked and never run
const check = (body: () => unknown): unknown => expectTypeOf(body).toBeFunction();

describe('createClient', () => {
  it('knows the contract as a type, or carries its schemas', () => {
    check(() => {
      expectTypeOf(createClient<typeof channels>({ url })).toEqualTypeOf<Client<typeof channels>>();
      expectTypeOf(createClient({ url, channels })).toEqualTypeOf<Client<typeof channels, 'parsed'>>();
      expectTypeOf(createClient({ url })).toEqualTypeOf<Client>();
    });
  });

  it('takes the WebSocket class of the platform and of ws', () => {
    check(() => {
      createClient({ url, WebSocket });
      createClient({ url, WebSocket: NodeWebSocket });
      createClient({ url: async () => new URL('https://example.test'), getToken: async () => undefined });
    });
  });

  it('names a misspelt option', () => {
    check(() => {
      // @ts-expect-error it is getToken
      createClient<typeof channels>({ url, getTokn: () => 'secret' });
      createClient({ url, session: 'tab' });
      // @ts-expect-error it lasts as long as its page or its tab
      createClient({ url, session: 'disk' });
      // @ts-expect-error url is missing
      createClient<typeof channels>({});
      // @ts-expect-error a contract is an object of channels
      createClient({ url, channels: { chat: 5 } });
    });
  });
});

describe('a client that knows the contract as a type', () => {
  const client = {} as Client<typeof channels>;

  it('sends what the schemas take', () => {
    check(() => {
      client.send('time');
      client.send('time', undefined);
      client.send('chat', { text: 'hi', room: 'lobby' });
      // @ts-expect-error there is no such path
      client.send('chta', { text: 'hi', room: 'lobby' });
      // @ts-expect-error the payload is missing
      client.send('chat');
      // @ts-expect-error a field is missing
      client.send('chat', { text: 'hi' });
      // @ts-expect-error a field is of the wrong type
      client.send('chat', { text: 5, room: 'lobby' });
      // @ts-expect-error a field nobody knows
      client.send('chat', { text: 'hi', room: 'lobby', colour: 'red' });
      // @ts-expect-error nothing goes with a void channel
      client.send('time', 'now');
      // @ts-expect-error only the server sends on it
      client.send('output', 'text');
      // @ts-expect-error it is read by stream
      client.send('tail', { level: 'error' });
      // @ts-expect-error a date arrives as a string, which z.date() refuses
      client.send('day', new Date());
    });
  });

  it('hears what JSON makes of the values', () => {
    check(() => {
      client.on('chat', (message, info) => {
        expectTypeOf(message).toEqualTypeOf<{ text: string; at: string }>();
        expectTypeOf(info).toEqualTypeOf<MessageInfo>();
      });
      client.once('output', (text) => expectTypeOf(text).toEqualTypeOf<string>(), {
        signal: new AbortController().signal,
      });
      client.onAny((message) => {
        expectTypeOf(message.path).toEqualTypeOf<'time' | 'output' | 'chat' | 'day'>();
        if (message.path === 'chat') expectTypeOf(message.data.at).toEqualTypeOf<string>();
      });
      // @ts-expect-error it is answered by handle
      client.on('price', () => {});
      // @ts-expect-error it is read by stream
      client.on('tail', () => {});
    });
  });

  it('requests and streams', () => {
    check(async () => {
      expectTypeOf(await client.request('time')).toEqualTypeOf<string>();
      expectTypeOf(await client.request('time', undefined, { timeoutMs: 5 })).toEqualTypeOf<string>();
      expectTypeOf(await client.request('chat', { text: 'hi', room: 'lobby' })).toEqualTypeOf<{
        id: string;
      }>();
      for await (const line of client.stream('tail', { level: 'error' }))
        expectTypeOf(line).toEqualTypeOf<string>();
      // @ts-expect-error a stream is not requested
      void client.request('tail', { level: 'error' });
      // @ts-expect-error a channel with one answer is not streamed
      client.stream('chat', { text: 'hi', room: 'lobby' });
      // @ts-expect-error the option is timeoutMs
      void client.request('time', undefined, { timeout: 5 });
    });
  });

  it('answers what the server asks', () => {
    check(() => {
      client.handle('price', ({ item }) => item.length);
      client.handle('price', async ({ item }) => item.length);
      client.handle('price', ({ item }) => item.length, { signal: new AbortController().signal });
      // @ts-expect-error the answer is a number
      client.handle('price', ({ item }) => item);
      // @ts-expect-error the server never asks on it
      client.handle('chat', () => 5);
    });
  });

  it('joins rooms that know the same paths', () => {
    check(async () => {
      const room = await client.join('lobby');
      expectTypeOf(room).toEqualTypeOf<Room<typeof channels>>();
      expectTypeOf(room.members).toEqualTypeOf<readonly RoomMember[]>();
      room.on('chat', (message) => expectTypeOf(message).toEqualTypeOf<{ text: string; at: string }>());
      // @ts-expect-error the server never sends on it
      room.on('tail', () => {});
    });
  });

  it('says of its connection what belongs to the state', () => {
    check(() => {
      const { status } = client;
      expectTypeOf(status).toEqualTypeOf<ClientStatus>();
      if (status.name === 'reconnecting') expectTypeOf(status.reason).toEqualTypeOf<CloseReason>();
      if (status.name === 'connected') {
        expectTypeOf(status.sessionId).toEqualTypeOf<string | undefined>();
        expectTypeOf(status.resumed).toEqualTypeOf<boolean>();
      }
      // @ts-expect-error an idle client has made no attempt
      if (status.name === 'idle') expectTypeOf(status.attempt);
    });
  });

  it('can be passed on as what it is', () => {
    expectTypeOf(client).toExtend<Client<typeof channels, 'wire'>>();
    // @ts-expect-error the other form hears other values
    check((): Client<typeof channels, 'parsed'> => client);
  });
});

describe('a client that carries schemas', () => {
  const client = {} as Client<typeof channels, 'parsed'>;

  it('hears the output of the schemas', () => {
    check(() => {
      client.on('chat', (message) => expectTypeOf(message).toEqualTypeOf<{ text: string; at: Date }>());
    });
  });

  it('refuses what it cannot parse again', () => {
    check(() => {
      // @ts-expect-error z.date() cannot parse the string that arrives
      client.on('day', (day: Date) => day.getTime());
    });
  });
});

describe('a client without a contract', () => {
  const client = {} as Client;

  it('takes any path, and knows nothing of the data', () => {
    check(async () => {
      client.send('chat', { text: 'hi' });
      client.send('time');
      client.on('anything', (data) => expectTypeOf(data).toBeUnknown());
      client.onAny(({ data }) => expectTypeOf(data).toBeUnknown());
      client.handle('price', () => 5);
      expectTypeOf(await client.request('time')).toBeUnknown();
      for await (const item of client.stream('tail')) expectTypeOf(item).toBeUnknown();
    });
  });
});

describe('safe', () => {
  const client = {} as Client<typeof channels>;

  it('types the error by the channel, and narrows both by either', () => {
    check(async () => {
      const [error, reply] = await safe(client.request('chat', { text: 'hi', room: 'lobby' }));
      expectTypeOf(error).toEqualTypeOf<
        SocketError<ErrorCode> | ChannelError<'MUTED', { until: string }> | undefined
      >();
      if (error === undefined) expectTypeOf(reply).toEqualTypeOf<{ id: string }>();
      else expectTypeOf(reply).toEqualTypeOf<undefined>();
      if (error?.code === 'MUTED') expectTypeOf(error.data).toEqualTypeOf<{ until: string }>();
    });
  });

  it('takes any promise', () => {
    check(async () => {
      const [error, value] = await safe(Promise.resolve(5));
      expectTypeOf(error).toEqualTypeOf<SocketError | undefined>();
      expectTypeOf(value).toEqualTypeOf<number | undefined>();
    });
  });
});
