// The conversation of one room: sends messages, receives them, and records where the connection was lost.
import { useEffect, useEffectEvent, useReducer, useRef } from 'react';
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
  const { client, request } = useSocket();
  const { outages } = useChat();
  const [conversations, dispatch] = useReducer(conversationsAfter, {});
  const entries = conversations[room] ?? none;
  // settles when the slow messages before have been sent: one after the other, so that they keep their order
  const slow = useRef<Promise<unknown>>(Promise.resolve());
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

  const send = (key: string, text: string) =>
    safe(request('chat', { room, key, text }, { timeoutMs: patienceMs }));

  /** Sends a message after `waitMs`, and again for as long as the server finds it too fast. */
  async function sendSlowly(key: string, text: string, waitMs: number): ReturnType<typeof send> {
    await new Promise((waited) => setTimeout(waited, waitMs));
    const result = await send(key, text);
    return result[0]?.code === 'TOO_FAST' ? sendSlowly(key, text, result[0].data.waitMs) : result;
  }

  async function deliver(key: string, text: string) {
    const isConnected = client.status.name === 'connected';
    const before = outages.list();
    let result = await send(key, text);
    // what waited for the line is sent all at once, which is not the writer's haste
    const hasWaited = !isConnected || outages.list() !== before;
    if (hasWaited && result[0]?.code === 'TOO_FAST') {
      const { waitMs } = result[0].data;
      const sending = slow.current.then(() => sendSlowly(key, text, waitMs));
      slow.current = sending;
      result = await sending;
    }
    const [error, accepted] = result;
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
