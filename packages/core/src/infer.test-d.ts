import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { defineChannels, type AnyChannels } from './contract.js';
import type { ChannelError, ErrorCode, SocketError } from './errors.js';
import type {
  Answer,
  AskArgs,
  AskFailure,
  AskPath,
  Awaitable,
  FailOf,
  Failure,
  HandlerResult,
  Heard,
  InputOf,
  OutArgs,
  OutPath,
  OutputOf,
  Reply,
  ReplyOf,
  RequestArgs,
  RequestPath,
  RouteData,
  RoutePath,
  RouteResult,
  SendArgs,
  SendPath,
  StreamItem,
  StreamPath,
} from './infer.js';
import type { NotJson } from './json.js';

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

const _channels = defineChannels({
  time: { in: z.void(), out: z.string() },
  output: { out: z.string() },
  chat: {
    in: z.object({ text: z.string(), mood: z.string().default('calm') }),
    out: z.object({ text: z.string(), at: z.date() }),
    reply: z.object({ id: z.string() }),
    errors: { MUTED: z.object({ until: z.date() }), BANNED: z.void() },
  },
  ping: { in: z.string().optional() },
  tail: { in: z.object({ level: z.string() }), stream: z.string().transform(Number) },
  price: { out: z.object({ item: z.string() }), answer: isoDate, errors: { NO_PRICE: z.string() } },
  day: { in: z.date(), out: z.date() },
  moment: { in: isoDate, out: isoDate },
});

type Channels = typeof _channels;

interface Options {
  timeoutMs?: number;
}

describe('paths', () => {
  it('stand where the channel gives them a use', () => {
    expectTypeOf<RoutePath<Channels>>().toEqualTypeOf<'time' | 'chat' | 'ping' | 'tail' | 'day' | 'moment'>();
    expectTypeOf<SendPath<Channels>>().toEqualTypeOf<'time' | 'chat' | 'ping' | 'day' | 'moment'>();
    expectTypeOf<OutPath<Channels>>().toEqualTypeOf<'time' | 'output' | 'chat' | 'day' | 'moment'>();
    expectTypeOf<RequestPath<Channels>>().toEqualTypeOf<'time' | 'chat' | 'day' | 'moment'>();
    expectTypeOf<StreamPath<Channels>>().toEqualTypeOf<'tail'>();
    expectTypeOf<AskPath<Channels>>().toEqualTypeOf<'price'>();
  });

  it('may be any where no contract is named', () => {
    expectTypeOf<string>().toExtend<RoutePath<AnyChannels>>();
    expectTypeOf<string>().toExtend<SendPath<AnyChannels>>();
    expectTypeOf<string>().toExtend<OutPath<AnyChannels>>();
    expectTypeOf<string>().toExtend<RequestPath<AnyChannels>>();
    expectTypeOf<string>().toExtend<StreamPath<AnyChannels>>();
    expectTypeOf<string>().toExtend<AskPath<AnyChannels>>();
  });
});

describe('what the client sends', () => {
  it('is the input of the schema, and may be left out where the schema lets it', () => {
    expectTypeOf<SendArgs<Channels>['chat']>().toEqualTypeOf<
      [data: { text: string; mood?: string | undefined }]
    >();
    expectTypeOf<SendArgs<Channels>['time']>().toEqualTypeOf<[data?: void]>();
    expectTypeOf<SendArgs<Channels>['ping']>().toEqualTypeOf<[data?: string | undefined]>();
    expectTypeOf<SendArgs<Channels>['moment']>().toEqualTypeOf<[data: string]>();
    expectTypeOf<RequestArgs<Channels, Options>['time']>().toEqualTypeOf<[data?: void, options?: Options]>();
    expectTypeOf<RequestArgs<Channels, Options>['tail']>().toEqualTypeOf<
      [data: { level: string }, options?: Options]
    >();
  });

  it('is refused where it cannot arrive as the schema wants it', () => {
    expectTypeOf<SendArgs<Channels>['day'][0]>().toExtend<NotJson<string>>();
  });

  it('is unknown where no contract is named', () => {
    expectTypeOf<SendArgs<AnyChannels>[string]>().toEqualTypeOf<[data?: unknown]>();
    expectTypeOf<RequestArgs<AnyChannels, Options>[string]>().toEqualTypeOf<
      [data?: unknown, options?: Options]
    >();
  });
});

describe('what the client receives', () => {
  it('is what JSON makes of the output, without schemas', () => {
    expectTypeOf<Heard<Channels, 'wire'>['chat']>().toEqualTypeOf<{ text: string; at: string }>();
    expectTypeOf<Heard<Channels, 'wire'>['moment']>().toEqualTypeOf<string>();
    expectTypeOf<Reply<Channels, 'wire'>['chat']>().toEqualTypeOf<{ id: string }>();
    expectTypeOf<Reply<Channels, 'wire'>['time']>().toEqualTypeOf<string>();
    expectTypeOf<StreamItem<Channels, 'wire'>['tail']>().toEqualTypeOf<number>();
  });

  it('is the output itself, with schemas, and refused where they cannot parse it again', () => {
    expectTypeOf<Heard<Channels, 'parsed'>['moment']>().toEqualTypeOf<Date>();
    expectTypeOf<Heard<Channels, 'parsed'>['output']>().toEqualTypeOf<string>();
    expectTypeOf<Heard<Channels, 'parsed'>['day']>().toExtend<NotJson<string>>();
    expectTypeOf<StreamItem<Channels, 'parsed'>['tail']>().toExtend<NotJson<string>>();
  });

  it('fails with the codes of the library and of the channel', () => {
    type Errors =
      SocketError<ErrorCode> | ChannelError<'MUTED', { until: string }> | ChannelError<'BANNED', void>;
    expectTypeOf<Failure<Channels, 'wire'>['chat']>().toEqualTypeOf<Errors>();
    expectTypeOf<Failure<Channels, 'wire'>['time']>().toEqualTypeOf<SocketError<ErrorCode>>();
    const error = {} as Failure<Channels, 'wire'>['chat'];
    if (error.code === 'MUTED') expectTypeOf(error.data).toEqualTypeOf<{ until: string }>();
    if (error.code === 'timeout') expectTypeOf(error.data).toBeUnknown();
    // @ts-expect-error neither the library nor the channel has such a code
    if (error.code === 'MUTE') expectTypeOf(error.data);
  });

  it('is unknown where no contract is named', () => {
    expectTypeOf<Heard<AnyChannels, 'wire'>[string]>().toBeUnknown();
    expectTypeOf<Reply<AnyChannels, 'wire'>[string]>().toBeUnknown();
    expectTypeOf<StreamItem<AnyChannels, 'wire'>[string]>().toBeUnknown();
  });
});

describe('what the server asks', () => {
  it('goes out as the input of `out` and comes back as the output of `answer`', () => {
    expectTypeOf<AskArgs<Channels, Options>['price']>().toEqualTypeOf<
      [data: { item: string }, options?: Options]
    >();
    expectTypeOf<Heard<Channels, 'wire'>['price']>().toEqualTypeOf<{ item: string }>();
    expectTypeOf<HandlerResult<Channels>['price']>().toEqualTypeOf<Awaitable<string>>();
    expectTypeOf<Answer<Channels>['price']>().toEqualTypeOf<Date>();
    expectTypeOf<AskFailure<Channels>['price']>().toEqualTypeOf<
      SocketError<ErrorCode> | ChannelError<'NO_PRICE', string>
    >();
  });
});

describe('what a route', () => {
  it('is given is the output of `in`', () => {
    expectTypeOf<RouteData<Channels>['chat']>().toEqualTypeOf<{ text: string; mood: string }>();
    expectTypeOf<RouteData<Channels>['time']>().toEqualTypeOf<void>();
    expectTypeOf<RouteData<Channels>['moment']>().toEqualTypeOf<Date>();
  });

  it('must return is the input of `stream`, `reply` or `out`', () => {
    expectTypeOf<RouteResult<Channels>['chat']>().toEqualTypeOf<Awaitable<{ id: string }>>();
    expectTypeOf<RouteResult<Channels>['time']>().toEqualTypeOf<Awaitable<string | void>>();
    expectTypeOf<RouteResult<Channels>['tail']>().toEqualTypeOf<AsyncIterable<string>>();
    expectTypeOf<RouteResult<Channels>['ping']>().toEqualTypeOf<void>();
  });

  it('sends is the input of `out`', () => {
    expectTypeOf<OutArgs<Channels>['chat']>().toEqualTypeOf<[data: { text: string; at: Date }]>();
  });

  it('throws is what the channel declares', () => {
    const fail = {} as FailOf<Channels>['chat'];
    const until = new Date(0);
    expectTypeOf(fail<'MUTED'>).returns.toEqualTypeOf<ChannelError<'MUTED', { until: Date }>>();
    expectTypeOf(fail<'BANNED'>).parameters.toEqualTypeOf<[code: 'BANNED', data?: void]>();
    const undeclared = {} as FailOf<Channels>['time'];
    const check = () => {
      fail('MUTED', { until });
      fail('BANNED');
      // @ts-expect-error the channel declares no such code
      fail('MUTE', { until });
      // @ts-expect-error the code's data is missing
      fail('MUTED');
      // @ts-expect-error the data is that of the code
      fail('MUTED', { until: 5 });
      // @ts-expect-error the channel declares no errors
      undeclared('MUTED');
    };
    expectTypeOf(check).toBeFunction();
  });
});

describe('the types users name', () => {
  it('are what the calls take and give', () => {
    expectTypeOf<InputOf<Channels, 'chat'>>().toEqualTypeOf<{ text: string; mood?: string | undefined }>();
    expectTypeOf<InputOf<Channels, 'tail'>>().toEqualTypeOf<{ level: string }>();
    expectTypeOf<OutputOf<Channels, 'chat'>>().toEqualTypeOf<{ text: string; at: string }>();
    expectTypeOf<OutputOf<Channels, 'moment', 'parsed'>>().toEqualTypeOf<Date>();
    expectTypeOf<OutputOf<Channels, 'price'>>().toEqualTypeOf<{ item: string }>();
    expectTypeOf<ReplyOf<Channels, 'chat'>>().toEqualTypeOf<{ id: string }>();
    expectTypeOf<ReplyOf<Channels, 'time'>>().toEqualTypeOf<string>();
  });

  it('refuse a path that has none', () => {
    // @ts-expect-error output has no in
    type Input = InputOf<Channels, 'output'>;
    // @ts-expect-error tail has no out
    type Output = OutputOf<Channels, 'tail'>;
    // @ts-expect-error a stream is not requested
    type StreamReply = ReplyOf<Channels, 'tail'>;
    expectTypeOf<[Input, Output, StreamReply]>().not.toBeAny();
  });
});

describe('validators', () => {
  const _all = defineChannels({
    zod: { in: z.string().transform(Number), out: z.object({ at: z.date() }) },
    mini: { in: mini.pipe(mini.string(), mini.transform(Number)), out: mini.object({ at: mini.date() }) },
    valibot: { in: v.pipe(v.string(), v.transform(Number)), out: v.object({ at: v.date() }) },
    arktype: { in: type('string.numeric.parse'), out: type({ at: 'Date' }) },
  });
  type All = typeof _all;

  it('all mean the same', () => {
    expectTypeOf<SendArgs<All>[keyof All]>().toEqualTypeOf<[data: string]>();
    expectTypeOf<RouteData<All>[keyof All]>().toEqualTypeOf<number>();
    expectTypeOf<Heard<All, 'wire'>[keyof All]>().toEqualTypeOf<{ at: string }>();
    expectTypeOf<OutArgs<All>[keyof All]>().toEqualTypeOf<[data: { at: Date }]>();
  });
});

describe('arrays that the schema makes readonly', () => {
  const _lists = defineChannels({
    zod: { out: z.array(z.string()).readonly() },
    transformed: { out: z.array(z.string()).transform((list): readonly string[] => list) },
    valibot: { out: v.pipe(v.array(v.string()), v.readonly()) },
    nested: { out: v.object({ list: v.pipe(v.array(v.unknown()), v.readonly()) }) },
    pair: { out: v.pipe(v.tuple([v.string(), v.number()]), v.readonly()) },
    mapped: { out: z.array(z.string()).transform((list): readonly number[] => list.map(Number)) },
  });
  type Lists = Heard<typeof _lists, 'parsed'>;

  it('are parsed again by a schema that takes any array', () => {
    expectTypeOf<Lists['zod']>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<Lists['transformed']>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<Lists['valibot']>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<Lists['nested']>().toEqualTypeOf<{ readonly list: readonly unknown[] }>();
    expectTypeOf<Lists['pair']>().toEqualTypeOf<readonly [string, number]>();
    expectTypeOf<Lists['mapped']>().toExtend<NotJson<string>>();
  });
});
