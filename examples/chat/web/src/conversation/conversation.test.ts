// The entries of a room depend only on what happened, whatever others send.
import type { Message } from '@wirepact-example/chat-contract';
import { expect, it } from 'vitest';
import {
  conversationsAfter,
  isFrom,
  lastId,
  unknownYet,
  type Conversations,
  type Happening,
  type Said,
} from './conversation.js';

const room = 'lobby';
const ada = { id: 'u_1', name: 'Ada' };
const grace = { id: 'u_2', name: 'Grace' };

function after(...happenings: readonly Happening[]): readonly Said[] {
  const conversations = happenings.reduce<Conversations>(
    (before, happening) => conversationsAfter(before, { room, happening }),
    {},
  );
  return (conversations[room] ?? []).filter((entry) => entry.kind === 'said');
}

const drafted = (key: string, from = ada): Happening => {
  return { type: 'drafted', key, from, text: 'mine', at: 1, kept: false };
};

const heard = (message: Partial<Message>): Happening => ({
  type: 'heard',
  messages: [{ room, key: 'k', id: 'm_1', from: ada, text: 'mine', at: 2, ...message }],
  late: false,
});

it('a draft becomes the message that comes back from the room', () => {
  expect(after(drafted('k'), heard({}))).toMatchObject([{ id: 'm_1', delivery: { state: 'sent' } }]);
});

it('a draft that was written before one knew who one is does so too', () => {
  const entries = after(drafted('k', unknownYet), heard({}));
  expect(entries).toMatchObject([{ id: 'm_1', from: ada }]);
});

it('a draft is one’s own before one knows who one is, and after that', () => {
  const [early, late, hers] = after(drafted('k', unknownYet), drafted('l'), heard({ key: 'm', from: grace }));
  expect([isFrom(undefined, early!), isFrom(ada, early!)]).toEqual([true, true]);
  expect([isFrom(ada, late!), isFrom(ada, hers!), isFrom(undefined, hers!)]).toEqual([true, false, false]);
});

it('what is heard twice stands there once', () => {
  expect(after(heard({}), heard({}))).toHaveLength(1);
});

it('nobody writes over what another has written, by its key or otherwise', () => {
  const entries = after(drafted('k'), heard({}), heard({ id: 'm_2', from: grace, text: 'hers', at: 3 }));
  expect(entries).toMatchObject([
    { text: 'mine', from: ada },
    { text: 'hers', from: grace },
  ]);
  expect(new Set(entries.map(({ key }) => key)).size).toBe(2);
});

it('what becomes of a draft is its own, also where another message has its key', () => {
  const entries = after(heard({ id: 'm_2', from: grace, text: 'hers' }), drafted('k'), {
    type: 'failed',
    key: 'k',
    why: 'no',
  });
  expect(entries).toMatchObject([
    { text: 'hers', delivery: { state: 'sent' } },
    { text: 'mine', delivery: { state: 'failed' } },
  ]);
});

it('what was heard was said, whatever becomes of sending it again', () => {
  const entries = after(drafted('k'), heard({}), { type: 'failed', key: 'k', why: 'no' });
  expect(entries).toMatchObject([{ id: 'm_1', delivery: { state: 'sent' } }]);
});

it('what others said before one’s own was accepted, in a room that one had left, is still to be asked for', () => {
  const accepted: Happening = { type: 'accepted', key: 'k', id: 'm_3', at: 3 };
  const entries = after(heard({ id: 'm_1', from: grace }), drafted('k'), accepted);
  expect(lastId(entries)).toBe('m_1');
  expect(lastId(after(heard({ id: 'm_1', from: grace }), drafted('k'), accepted, heard({ id: 'm_3' })))).toBe(
    'm_3',
  );
});
