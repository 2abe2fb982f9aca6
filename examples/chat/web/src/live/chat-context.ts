// Passes what lives as long as the page to its components.
import { createContext, use } from 'react';
import type { Chat } from './chat-client.js';

export const ChatContext = createContext<Chat | undefined>(undefined);

export function useChat(): Chat {
  const chat = use(ChatContext);
  if (chat === undefined) throw new Error('useChat needs a ChatContext above it');
  return chat;
}
