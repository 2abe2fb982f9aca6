// The conversation of one room: sends messages, receives them, and records where the connection was lost.
import { useEffect, useEffectEvent, useReducer } from 'react';
import type { Person } from '@wirepact-example/chat-contract';
import type { RoomId } from '@wirepact-example/chat-contract/facts';
import { safe } from '@wirepact/client';
import { ongoingOutage } from '../line/outages.js';
import { patienceMs } from '../live/chat-client.js';
import { useChat } from '../live/chat-context.js';
import { useEvent, useSocket } from '../live/socket.js';
import { conversationsAfter, unknownYet, type Entry, type Happening } from './conversation.js';
import { describeFailure } from './describe-failure.js';
import { useHistory, type History } from './use-history.js';

export interface Conversation {
  readonly entries: readonly Entry[];
  /** Whether the room's earlier messages are loaded. */
  readonly history: History;
  readonly say: (text: string) => void;
  readonly sayAgain: (key: string, text: string) => void;
}

const none: readonly Entry[] = [];

export function useConversation(room: RoomId, you: Person | undefined): Conversation {
  const { request } = useSocket();
  const { outages } = useChat();
  const [conversations, dispatch] = useReducer(conversationsAfter, {});
  const entries = conversations[room] ?? none;
  const happen = (happening: Happening) => dispatch({ room, happening });

  useEvent('chat', (message) =>
    dispatch({ room: message.room, happening: { type: 'heard', messages: [message], late: false } }),
  );
  const history = useHistory(room, entries, happen);

  useEvent('back', ({ at }) => outages.heldBackUntil(at));
  const tellReturn = useEffectEvent(() => {
    const [newest] = outages.list();
    if (newest?.end) happen({ type: 'returned', outage: newest });
  });
  // at once when the connection is back, because the messages that the client missed arrive right after
  useEffect(() => outages.subscribe(tellReturn), [outages]);

  async function deliver(key: string, text: string) {
    const [error, accepted] = await safe(request('chat', { room, key, text }, { timeoutMs: patienceMs }));
    if (error === undefined) happen({ type: 'accepted', key, ...accepted });
    else happen({ type: 'failed', key, why: describeFailure(error) });
  }

  return {
    entries,
    history,
    say(text) {
      const key = crypto.getRandomValues(new Uint32Array(3)).join('-');
      const from = you ?? unknownYet;
      const kept = ongoingOutage(outages.list()) !== undefined;
      happen({ type: 'drafted', key, from, text, at: Date.now(), kept });
      void deliver(key, text);
    },
    sayAgain(key, text) {
      happen({ type: 'retried', key });
      void deliver(key, text);
    },
  };
}
