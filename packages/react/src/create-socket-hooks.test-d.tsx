import { createClient, type Client, type ClientStatus, type RoomMember } from '@wirepact/client';
import { defineChannels, type ChannelError, type ErrorCode, type SocketError } from '@wirepact/core';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  createSocketHooks,
  useEvent as useEventOf,
  useLatest as useLatestOf,
  useRequest as useRequestOf,
  useRoom as useRoomOf,
  useSocket as useSocketOf,
  useStatus as useStatusOf,
  useStream as useStreamOf,
} from './index.js';

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
  everything: { in: z.void(), stream: z.number() },
});
type Channels = typeof channels;
type MutedOrOurs = ChannelError<'MUTED', { until: string }> | SocketError<ErrorCode>;

const client = {} as Client<Channels>;
const { SocketProvider, useSocket, useEvent, useLatest, useRequest, useStream, useRoom, useStatus } =
  createSocketHooks<Channels>();

// the bodies are type-checked and never run
const check = (useBody: () => unknown): unknown => expectTypeOf(useBody).toBeFunction();

describe('the hooks of a contract', () => {
  it('give what the client gives', () => {
    check(function useAll() {
      const { send, request, status, client: same } = useSocket();
      expectTypeOf(send).toEqualTypeOf<Client<Channels>['send']>();
      expectTypeOf(request).toEqualTypeOf<Client<Channels>['request']>();
      expectTypeOf(status).toEqualTypeOf<ClientStatus>();
      expectTypeOf(same).toEqualTypeOf<Client<Channels>>();
      expectTypeOf(useStatus()).toEqualTypeOf<ClientStatus>();
      expectTypeOf(useLatest('chat')).toEqualTypeOf<{ text: string; at: string } | undefined>();
      expectTypeOf(useRoom('lobby').members).toEqualTypeOf<readonly RoomMember[]>();
      useEvent('chat', (message, info) => {
        expectTypeOf(message).toEqualTypeOf<{ text: string; at: string }>();
        expectTypeOf(info.room).toEqualTypeOf<string | undefined>();
      });
    });
  });

  it('type a request by its channel', () => {
    check(function useAll() {
      const { data, error, pending, run } = useRequest('chat');
      expectTypeOf(data).toEqualTypeOf<{ id: string } | undefined>();
      expectTypeOf(error).toEqualTypeOf<MutedOrOurs | undefined>();
      expectTypeOf(pending).toEqualTypeOf<boolean>();
      if (error?.code === 'MUTED') expectTypeOf(error.data.until).toEqualTypeOf<string>();
      expectTypeOf(run({ text: 'hi', room: 'lobby' }, { timeoutMs: 500 })).resolves.toEqualTypeOf<{
        id: string;
      }>();
      void useRequest('time').run();
    });
  });

  it('type a stream by its channel', () => {
    check(function useAll() {
      const lines = useStream('tail', { level: 'error' }, { maxItems: 10 });
      expectTypeOf(lines.items).toEqualTypeOf<readonly string[]>();
      expectTypeOf(lines.done).toEqualTypeOf<boolean>();
      expectTypeOf(lines.error).toEqualTypeOf<SocketError<ErrorCode> | undefined>();
      expectTypeOf(useStream('everything').items).toEqualTypeOf<readonly number[]>();
      useStream('everything', undefined, { maxItems: 10 });
    });
  });

  it('refuse a wrong path', () => {
    check(function useAll() {
      // @ts-expect-error the message lists the paths: "time" | "output" | "chat"
      useEvent('outptu', () => {});
      // @ts-expect-error nothing is sent on it: '"tail"' is not one of the paths
      useLatest('tail');
      // @ts-expect-error nothing is answered on it
      useRequest('output');
      // @ts-expect-error it is no stream: "tail" | "everything"
      useStream('chat', { text: 'hi', room: 'lobby' });
    });
  });

  it('refuse a wrong payload, and a missing field', () => {
    check(function useAll() {
      const chat = useRequest('chat');
      // @ts-expect-error Type 'number' is not assignable to type 'string', at the field
      void chat.run({ text: 5, room: 'lobby' });
      // @ts-expect-error Property 'room' is missing
      void chat.run({ text: 'hi' });
      // @ts-expect-error Expected 1-2 arguments, but got 0
      void chat.run();
      // @ts-expect-error nothing goes with a void channel
      void useRequest('time').run('now');
      // @ts-expect-error Property 'level' is missing
      useStream('tail', {});
      // @ts-expect-error the input is missing
      useStream('tail');
      // @ts-expect-error a string is heard, not a number
      useEvent('output', (text: number) => text);
      // @ts-expect-error the option is maxItems
      useStream('tail', { level: 'error' }, { maxItem: 10 });
      // @ts-expect-error data is undefined before the first answer
      const id: string = chat.data.id;
      return id;
    });
  });

  it('keep a void request from being given a click', () => {
    check(function useAll() {
      // @ts-expect-error the event would go out as data: write () => run()
      const onClick: (event: MouseEvent) => unknown = useRequest('time').run;
      return onClick;
    });
  });

  it('take the client of their contract only', () => {
    const other = {} as Client<{ readonly hello: { readonly out: Channels['output']['out'] } }>;
    const parsed = {} as Client<Channels, 'parsed'>;
    check(() => (
      <>
        <SocketProvider client={client} />
        {/* @ts-expect-error it speaks another contract */}
        <SocketProvider client={other} />
        {/* @ts-expect-error it hands out parsed values: createSocketHooks<Channels, 'parsed'>() */}
        <SocketProvider client={parsed} />
        {/* @ts-expect-error the client is missing */}
        <SocketProvider />
      </>
    ));
  });
});

describe("the hooks of a contract, 'parsed'", () => {
  it('give what the schemas make of a message', () => {
    const parsed = createSocketHooks<Channels, 'parsed'>();
    check(function useAll() {
      parsed.useSocket(createClient({ url: '/ws', channels }));
      expectTypeOf(parsed.useLatest('chat')).toEqualTypeOf<{ text: string; at: Date } | undefined>();
      expectTypeOf(parsed.useSocket().client).toEqualTypeOf<Client<Channels, 'parsed'>>();
    });
  });
});

describe('the hooks that take a client', () => {
  it('know its contract', () => {
    const parsed = {} as Client<Channels, 'parsed'>;
    check(function useAll() {
      expectTypeOf(useSocketOf(client).client).toEqualTypeOf<Client<Channels>>();
      expectTypeOf(useSocket(client).client).toEqualTypeOf<Client<Channels>>();
      expectTypeOf(useStatusOf(client)).toEqualTypeOf<ClientStatus>();
      expectTypeOf(useLatestOf(client, 'chat')).toEqualTypeOf<{ text: string; at: string } | undefined>();
      expectTypeOf(useLatestOf(parsed, 'chat')).toEqualTypeOf<{ text: string; at: Date } | undefined>();
      expectTypeOf(useRequestOf(client, 'chat').data).toEqualTypeOf<{ id: string } | undefined>();
      expectTypeOf(useStreamOf(client, 'tail', { level: 'error' }).items).toEqualTypeOf<readonly string[]>();
      expectTypeOf(useRoomOf(client, 'lobby').joined).toEqualTypeOf<boolean>();
      useEventOf(client, 'output', (text) => expectTypeOf(text).toEqualTypeOf<string>());
      // @ts-expect-error there is no such path
      useEventOf(client, 'outptu', () => {});
      // @ts-expect-error Property 'level' is missing
      useStreamOf(client, 'tail', {});
    });
  });
});

describe('the hooks of no contract in particular', () => {
  it('take any path, and know nothing of its data', () => {
    const untyped = createSocketHooks();
    check(function useAll() {
      expectTypeOf(untyped.useLatest('whatever')).toEqualTypeOf<unknown>();
      void untyped.useRequest('whatever').run({ anything: 1 });
    });
  });
});
