// Who the server says you are. It may not be the name you asked for: two of one name would be hard to tell apart.
import type { Person } from '@wirepact-example/chat-contract';
import { useChat } from '../live/chat-context.js';
import { useEvent, useLatest } from '../live/socket.js';

export function useYou(): Person | undefined {
  const { identity } = useChat();
  useEvent('you', (you) => identity.keepName(you.name));
  return useLatest('you');
}
