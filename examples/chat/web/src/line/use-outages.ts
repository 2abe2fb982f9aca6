// The lost connections, as React state.
import { useSyncExternalStore } from 'react';
import { useChat } from '../live/chat-context.js';
import type { Outage } from './outages.js';

export function useOutages(): readonly Outage[] {
  const { outages } = useChat();
  return useSyncExternalStore(outages.subscribe, outages.list);
}
