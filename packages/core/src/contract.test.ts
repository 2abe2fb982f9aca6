import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { defineChannels } from './contract.js';

// as an untyped caller would: what the types refuse must be refused at run time too
const define = defineChannels as (channels: unknown) => Record<string, Record<string, unknown>>;
const text = z.string();

describe('defineChannels', () => {
  it('keeps every channel and every key', () => {
    const channels = define({
      chat: { in: text, out: text, reply: text, errors: { MUTED: text }, idempotent: true },
      cursor: { in: text, out: text, delivery: 'latest', key: 'user' },
      price: { out: text, answer: text },
      tail: { in: text, stream: text },
    });
    expect(Object.keys(channels)).toEqual(['chat', 'cursor', 'price', 'tail']);
    expect(Object.keys(channels['chat']!)).toEqual(['in', 'out', 'reply', 'errors', 'idempotent']);
    expect(channels['chat']!['in']).toBe(text);
    expect(channels['cursor']).toMatchObject({ delivery: 'latest', key: 'user' });
  });

  it('takes the schemas of any validator', () => {
    const channels = defineChannels({
      zod: { in: z.string() },
      mini: { in: mini.string() },
      valibot: { in: v.string() },
      arktype: { in: type('string') },
    });
    expect(Object.keys(channels)).toHaveLength(4);
  });

  it('freezes the contract, its channels and their errors, and nothing of the caller', () => {
    const given = { chat: { in: text, errors: { MUTED: text } } };
    const channels = defineChannels(given);
    expect(Object.isFrozen(channels)).toBe(true);
    expect(Object.isFrozen(channels.chat)).toBe(true);
    expect(Object.isFrozen(channels.chat.errors)).toBe(true);
    expect(Object.isFrozen(given)).toBe(false);
    expect(Object.isFrozen(given.chat)).toBe(false);
  });

  it('composes by spreading, the later contract winning', () => {
    const chat = defineChannels({ chat: { in: text }, shared: { in: text } });
    const game = defineChannels({ move: { out: text }, shared: { out: text } });
    const both = defineChannels({ ...chat, ...game });
    expect(Object.keys(both)).toEqual(['chat', 'shared', 'move']);
    expect(Object.keys(both.shared)).toEqual(['out']);
  });

  it('finds no channel that nobody declared', () => {
    const channels = define({ chat: { in: text, errors: { MUTED: text } } });
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(channels[name]).toBeUndefined();
      expect(channels['chat']![name]).toBeUndefined();
      expect((channels['chat']!['errors'] as Record<string, unknown>)[name]).toBeUndefined();
    }
  });

  it('keeps a channel whose name is that of an inherited property', () => {
    const channels = define({ ['__proto__']: { in: text }, constructor: { out: text } });
    const spread = define({ ...channels });
    for (const contract of [channels, spread]) {
      expect(Object.keys(contract)).toEqual(['__proto__', 'constructor']);
      expect(contract['__proto__']!['in']).toBe(text);
      expect(contract['constructor']!['out']).toBe(text);
    }
  });

  it('reads a key that is undefined as absent', () => {
    expect(Object.keys(define({ chat: { in: text, reply: undefined } })['chat']!)).toEqual(['in']);
  });

  const refused: readonly (readonly [what: string, channels: unknown, message: RegExp])[] = [
    ['no object', undefined, /takes an object/],
    ['an array', [], /takes an object/],
    ['a contract with a prototype', { __proto__: { chat: { in: text } } }, /takes an object/],
    ['an empty path', { '': { in: text } }, /path may not be empty/],
    ['a path of 257 characters', { ['a'.repeat(257)]: { in: text } }, /"a{32}…" has 257 .* 256/],
    ['a reserved path', { $chat: { in: text } }, /"\$chat" is reserved.*rename/],
    ['a channel that is null', { chat: null }, /"chat" is not an object/],
    ['a schema in place of a channel', { chat: text }, /"chat" is not an object/],
    ['no schema', { chat: {} }, /"chat" has no schema; add in, out or both/],
    ['no schema but errors', { chat: { errors: { MUTED: text } } }, /"chat" has no schema/],
    ['an unknown key', { chat: { in: text, replies: text } }, /"chat" has an unknown key "replies".*reply/],
    ['reply without in', { chat: { out: text, reply: text } }, /"chat" has a reply; add in/],
    ['stream without in', { chat: { stream: text } }, /"chat" has a stream; add in/],
    [
      'reply and stream',
      { chat: { in: text, reply: text, stream: text } },
      /"chat" has both reply and stream; choose/,
    ],
    ['answer without out', { chat: { answer: text } }, /"chat" has an answer; add out/],
    ['answer with in', { chat: { in: text, out: text, answer: text } }, /"chat" has an answer.*remove in/],
    ['answer with reply', { chat: { out: text, answer: text, reply: text } }, /"chat" has an answer.*remove/],
    [
      'answer with stream',
      { chat: { out: text, answer: text, stream: text } },
      /"chat" has an answer.*remove/,
    ],
    ['a value that is no schema', { chat: { in: {} } }, /"in" of channel "chat" is no Standard Schema/],
    ['a class as a schema', { chat: { out: String } }, /"out" of channel "chat" is no Standard Schema/],
    [
      'null as a schema',
      { chat: { in: text, reply: null } },
      /"reply" of channel "chat" is no Standard Schema/,
    ],
    [
      'a misspelt delivery',
      { chat: { in: text, delivery: 'lastest' } },
      /"chat" has the delivery "lastest"; choose/,
    ],
    ['key without latest', { chat: { in: text, key: 'id' } }, /"chat" has a key.*delivery: 'latest'/],
    [
      'a key that is no name',
      { chat: { in: text, delivery: 'latest', key: 3 } },
      /"chat" has a key that is no/,
    ],
    ['an empty key', { chat: { in: text, delivery: 'latest', key: '' } }, /"chat" has a key that is no/],
    ['idempotent that is no boolean', { chat: { in: text, idempotent: 'yes' } }, /"chat" has an idempotent/],
    [
      'errors that are no object',
      { chat: { in: text, errors: ['MUTED'] } },
      /"chat" has errors that are no object/,
    ],
    [
      'an error without a schema',
      { chat: { in: text, errors: { MUTED: true } } },
      /error "MUTED" of channel "chat"/,
    ],
    [
      'an error without a code',
      { chat: { in: text, errors: { '': text } } },
      /"chat" has an error without a code/,
    ],
    [
      "an error with a code of the library's",
      { chat: { in: text, errors: { timeout: text } } },
      /"timeout".*rename/,
    ],
  ];

  it.each(refused)('refuses %s, naming the path', (_what, channels, message) => {
    expect(() => define(channels)).toThrow(TypeError);
    expect(() => define(channels)).toThrow(message);
  });

  it('takes a path of 256 characters', () => {
    expect(() => define({ ['a'.repeat(256)]: { in: text } })).not.toThrow();
  });
});
