import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { defineChannels, type ChannelDefinitions } from './contract.js';

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
        in: z.string(),
        errors: { FULL: z.object({ bytes: z.number() }) },
        delivery: 'latest',
        key: 'id',
      },
    });
    expectTypeOf(channels.save).toEqualTypeOf<{
      readonly in: Slot<string>;
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
    // @ts-expect-error the code of an error goes with the schema of its data
    defineChannels({ chat: { in: text, errors: { MUTED: true } } });
    // @ts-expect-error timeout is a code of the library
    defineChannels({ chat: { in: text, errors: { timeout: text } } });
  });
});
