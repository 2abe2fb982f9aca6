// The conversation of one room: says, hears, and catches up after the line was away.
import { useReducer } from 'react';
import type { Person } from '@wirepact-example/chat-contract';
import type { RoomId } from '@wirepact-example/chat-contract/facts';
import { safe } from '@wirepact/client';
import { useEvent, useSocket } from '../live/socket.js';
import { conversationsAfter, type Entry, type Happening } from './conversation.js';
import { describeFailure } from './describe-failure.js';
import { useCatchUp } from './use-catch-up.js';

export interface Conversation {
  readonly entries: readonly Entry[];
  readonly say: (text: string) => void;
  readonly sayAgain: (key: string, text: string) => void;
}

const none: readonly Entry[] = [];

export function useConversation(room: RoomId, you: Person | undefined): Conversation {
  const { request } = useSocket();
  const [conversations, dispatch] = useReducer(conversationsAfter, {});
  const entries = conversations[room] ?? none;
  const happen = (happening: Happening) => dispatch({ room, happening });

  useEvent('chat', (message) =>
    dispatch({ room: message.room, happening: { type: 'heard', messages: [message] } }),
  );
  useCatchUp(room, entries, happen);

  async function deliver(key: string, text: string) {
    const [error, accepted] = await safe(request('chat', { room, key, text }, { timeoutMs: 30_000 }));
    if (error === undefined) happen({ type: 'accepted', key, ...accepted });
    else happen({ type: 'failed', key, why: describeFailure(error) });
  }

  return {
    entries,
    say(text) {
      const key = crypto.getRandomValues(new Uint32Array(3)).join('-');
      const from = you ?? { id: '', name: 'You' };
      happen({ type: 'drafted', key, from, text, at: Date.now() });
      void deliver(key, text);
    },
    sayAgain(key, text) {
      happen({ type: 'retried', key });
      void deliver(key, text);
    },
  };
}
