// The user, as the server names them. The name may differ from the one requested, because the server avoids equal
// names.
import type { Person } from '@wirepact-example/chat-contract';
import { useChat } from '../live/chat-context.js';
import { useEvent, useLatest } from '../live/socket.js';

export function useYou(): Person | undefined {
  const { identity } = useChat();
  useEvent('you', (you) => identity.keepName(you.name));
  return useLatest('you');
}
