import { expect, it } from 'vitest';
import { createListeners } from './listeners.js';
import { roomHandle, type ListenToMessages } from './room-handle.js';

it('lets go of a listener that was taken back or aborted, long before the room is left', async () => {
  const messages = createListeners<[never, object]>();
  let kept: ReadonlySet<unknown> | undefined;
  const listen: ListenToMessages = (_path, listener, options) => {
    kept = options.kept;
    return messages.add(listener, options);
  };
  const [changed, removed, missed] = [createListeners(), createListeners(), createListeners()] as never[];
  const room = { name: 'lobby', members: [], changed: changed!, removed: removed!, missed: missed! };
  const lobby = roomHandle(room, listen, () => Promise.resolve());
  const stop = new AbortController();
  const { signal } = stop;
  for (const options of [{ signal }, { signal: AbortSignal.abort() }, {}]) {
    lobby.on('chat', () => {}, options);
    lobby.onMembers(() => {}, options);
    lobby.onRemoved(() => {}, options);
    lobby.onGap(() => {}, options);
  }
  lobby.on('chat', () => {})();
  expect(kept?.size).toBe(8);
  stop.abort();
  expect(kept?.size).toBe(4);
  expect(messages.size).toBe(1);
  await lobby.leave();
  expect(kept?.size).toBe(0);
  expect(messages.size).toBe(0);
});
