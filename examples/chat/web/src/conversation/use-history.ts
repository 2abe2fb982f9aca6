// Requests messages that do not arrive by themselves: those from before the room was joined, and those lost in a gap.
// If the session was resumed, nothing needs to be requested.
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { RoomId } from '@wirepact-example/chat-contract/facts';
import { safe, type SocketError } from '@wirepact/client';
import { useChat } from '../live/chat-context.js';
import { useRoom, useSocket } from '../live/socket.js';
import { lastId, type Entry, type Happening } from './conversation.js';

/** Whether the room's earlier messages are loaded. */
export interface History {
  readonly state: 'awaited' | 'here' | 'failed' | 'outside';
  /** Why the user is not in the room, if the state is `'outside'`. */
  readonly refusal?: SocketError;
  readonly askAgain: () => void;
}

interface Asked {
  readonly room: RoomId;
  readonly state: History['state'];
}

export function useHistory(
  room: RoomId,
  entries: readonly Entry[],
  happen: (happening: Happening) => void,
): History {
  const { client, request, status } = useSocket();
  const { outages } = useChat();
  const { joined, error: refusal } = useRoom(room);
  // only once the room is joined: messages sent between the request and the join would be missed. After a lost session
  // `joined` stays true, but the client has asked to join again before its status changes, so the server does that first
  const sessionId = status.name === 'connected' && joined ? status.sessionId : undefined;
  const asked = useRef<{ readonly room: RoomId; readonly sessionId: string }>(undefined);
  const [newest, setNewest] = useState<Asked>({ room, state: 'awaited' });

  async function ask(late: boolean) {
    setNewest({ room, state: 'awaited' });
    const [error, reply] = await safe(request('history', { room, after: lastId(entries) }));
    if (error === undefined) happen({ type: 'heard', messages: reply.messages, late });
    // if the user has opened another room meanwhile, that room has its own request
    setNewest((now) => (now.room === room ? { room, state: error === undefined ? 'here' : 'failed' } : now));
  }
  const askNow = useEffectEvent(ask);

  const enter = useEffectEvent((sessionId: string) => {
    const before = asked.current;
    if (before?.room === room && before.sessionId === sessionId) return;
    asked.current = { room, sessionId };
    void askNow(before?.room === room);
  });
  useEffect(() => {
    if (sessionId !== undefined) enter(sessionId);
  }, [room, sessionId]);

  useEffect(
    () =>
      // a gap without `to` belongs to a lost session; the room is then joined again, which requests the history anyway
      client.onGap((gap) => {
        if (gap.room === room && gap.to !== undefined) void askNow(outages.isJustBack());
      }),
    [client, outages, room],
  );

  const askAgain = () => void ask(false);
  if (refusal !== undefined) return { state: 'outside', refusal, askAgain };
  return { state: newest.room === room ? newest.state : 'awaited', askAgain };
}
