// A message is said once, however often it is sent.
import { expect, it, onTestFinished, vi } from 'vitest';
import { createChatSockets } from './chat-sockets.js';
import { Conversations } from './conversations.js';

const draft = {
  room: 'lobby',
  key: 'a key of hers',
  from: { id: 'u_1', name: 'Ada' },
  text: 'Hello',
} as const;

function start() {
  const sockets = createChatSockets({ waitsForMs: 1_000, servedBy: 'a test' });
  onTestFinished(() => sockets.close());
  return new Conversations(sockets);
}

it('what is sent again was said already, and its writer is not asked to wait for it', async () => {
  const conversations = start();
  const admit = vi.fn();
  const { message } = await conversations.say(draft, admit);
  expect(await conversations.say(draft, admit)).toEqual({ message, isNew: false });
  expect(admit).toHaveBeenCalledTimes(1);
  expect(await conversations.since('lobby', undefined)).toEqual([message]);
});

it('what is not admitted is not said', async () => {
  const conversations = start();
  const said = conversations.say(draft, () => {
    throw new Error('too fast');
  });
  await expect(said).rejects.toThrow('too fast');
  expect(await conversations.since('lobby', undefined)).toEqual([]);
});
