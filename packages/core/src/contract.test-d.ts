import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { defineChannels, type ChannelDefinition, type ChannelDefinitions } from './contract.js';

interface Slot<TIn, TOut = TIn> {
  readonly '~standard': object;
  readonly '~in': TIn;
  readonly '~out': TOut;
}

describe('defineChannels', () => {
  it('keeps the data types of every validator, and none of its own', () => {
    const channels = defineChannels({
      zod: { in: z.object({ n: z.string().transform(Number) }) },
      mini: { in: mini.object({ n: mini.optional(mini.string()) }) },
      valibot: { in: v.object({ n: v.pipe(v.string(), v.transform(Number)) }) },
      arktype: { in: type({ n: 'string.numeric.parse' }) },
    });
    expectTypeOf(channels).toEqualTypeOf<{
      readonly zod: { readonly in: Slot<{ n: string }, { n: number }> };
      readonly mini: { readonly in: Slot<{ n?: string | undefined }> };
      readonly valibot: { readonly in: Slot<{ n: string }, { n: number }> };
      readonly arktype: { readonly in: Slot<{ n: string }, { n: number }> };
    }>();
  });

  it('keeps errors and settings as they were written', () => {
    const channels = defineChannels({
      save: {
        in: z.object({ id: z.string() }),
        errors: { FULL: z.object({ bytes: z.number() }) },
        delivery: 'latest',
        key: 'id',
      },
    });
    expectTypeOf(channels.save).toEqualTypeOf<{
      readonly in: Slot<{ id: string }>;
      readonly errors: { readonly FULL: Slot<{ bytes: number }> };
      readonly delivery: 'latest';
      readonly key: 'id';
    }>();
  });

  it('composes by spreading, without losing a type', () => {
    const chat = defineChannels({ chat: { in: z.string(), out: z.number() } });
    const game = defineChannels({ move: { out: v.boolean() } });
    const both = defineChannels({ ...chat, ...game, more: { out: z.null() } });
    expectTypeOf(both).toExtend<ChannelDefinitions>();
    expectTypeOf(both).toEqualTypeOf<{
      readonly chat: { readonly in: Slot<string>; readonly out: Slot<number> };
      readonly move: { readonly out: Slot<boolean> };
      readonly more: { readonly out: Slot<null> };
    }>();
  });

  it('takes what is only known to be a contract', () => {
    const load = (channels: ChannelDefinitions) => defineChannels(channels);
    expectTypeOf(load).returns.toExtend<ChannelDefinitions>();
  });

  it('refuses channels that cannot work', () => {
    const text = z.string();
    // @ts-expect-error a path may not be empty
    defineChannels({ '': { in: text } });
    // @ts-expect-error names that begin with $ belong to the protocol
    defineChannels({ $chat: { in: text } });
    // @ts-expect-error a path is a string
    defineChannels({ 5: { in: text } });
    // @ts-expect-error a channel needs a schema
    defineChannels({ chat: {} });
    // @ts-expect-error errors alone are no schema of a message
    defineChannels({ chat: { errors: { MUTED: text } } });
    // @ts-expect-error reply needs in
    defineChannels({ chat: { out: text, reply: text } });
    // @ts-expect-error stream needs in
    defineChannels({ chat: { stream: text } });
    // @ts-expect-error reply and stream exclude each other
    defineChannels({ chat: { in: text, reply: text, stream: text } });
    // @ts-expect-error answer needs out
    defineChannels({ chat: { answer: text } });
    // @ts-expect-error answer excludes in
    defineChannels({ chat: { in: text, out: text, answer: text } });
    // @ts-expect-error answer excludes stream
    defineChannels({ chat: { out: text, answer: text, stream: text } });
    // @ts-expect-error an unknown key, most often a misspelt one
    defineChannels({ chat: { in: text, replies: text } });
    // @ts-expect-error a class is no schema
    defineChannels({ chat: { in: String } });
    // @ts-expect-error there is no such delivery
    defineChannels({ chat: { in: text, delivery: 'lastest' } });
    // @ts-expect-error key belongs to delivery: 'latest'
    defineChannels({ chat: { in: text, key: 'id' } });
    // @ts-expect-error neither what the client sends nor what the server sends has such a property
    defineChannels({ chat: { in: text, out: text, delivery: 'latest', key: 'id' } });
    // @ts-expect-error the code of an error goes with the schema of its data
    defineChannels({ chat: { in: text, errors: { MUTED: true } } });
    // @ts-expect-error timeout is a code of the library
    defineChannels({ chat: { in: text, errors: { timeout: text } } });
  });

  it('says why a code of the library cannot be declared', () => {
    type Declared = Required<NonNullable<ChannelDefinition['errors']>>;
    expectTypeOf<
      Declared['timeout']
    >().toEqualTypeOf<`the error code "timeout" is the library's own; rename it`>();
  });

  it('takes as key what either side may send, whichever validator says so', () => {
    const bare = { delivery: 'latest', key: 'symbol' } as const;
    const price = z.object({ symbol: z.string(), cents: z.number() });
    const sent = z.object({ symbl: z.string() });
    expectTypeOf(
      defineChannels({
        out: { out: price, ...bare },
        filledIn: { in: z.object({ cents: z.number() }), out: price, ...bare },
        sentOnly: { in: price, reply: z.void(), ...bare },
        either: { out: z.union([z.object({ none: z.null() }), price]), ...bare },
        none: { out: price.nullable(), ...bare },
        optional: { out: price.partial(), ...bare },
        open: { out: z.record(z.string(), z.number()), ...bare },
        any: { out: z.any(), ...bare },
        unknown: { out: z.unknown(), ...bare },
        sentAs: {
          in: z.codec(sent, price, {
            decode: ({ symbl }) => ({ symbol: symbl, cents: 0 }),
            encode: ({ symbol }) => ({ symbl: symbol }),
          }),
          delivery: 'latest',
          key: 'symbl',
        },
        mini: { out: mini.object({ symbol: mini.string() }), ...bare },
        valibot: { out: v.object({ symbol: v.string() }), ...bare },
        arktype: { out: type({ symbol: 'string' }), ...bare },
      }).out.key,
    ).toEqualTypeOf<'symbol'>();

    // @ts-expect-error the channel has no such property
    defineChannels({ price: { out: price, delivery: 'latest', key: 'symbl' } });
    // @ts-expect-error no member of the union has it
    defineChannels({ price: { out: price.or(z.null()), delivery: 'latest', key: 'symbl' } });
    // @ts-expect-error valibot's schema has no such property
    defineChannels({ price: { out: v.object({ symbol: v.string() }), delivery: 'latest', key: 'symbl' } });
    // @ts-expect-error arktype's schema has no such property
    defineChannels({ price: { out: type({ symbol: 'string' }), delivery: 'latest', key: 'symbl' } });
    const prices = defineChannels({ price: { out: price, ...bare } });
    expectTypeOf(defineChannels({ ...prices }).price.key).toEqualTypeOf<'symbol'>();
  });
});
