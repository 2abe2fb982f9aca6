// Asks for what no log brings: what was said before one came, and what a gap took. Where a session goes on, there is nothing
// to ask for.
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { RoomId } from '@wirepact-example/chat-contract/facts';
import { safe } from '@wirepact/client';
import { useRoom, useSocket } from '../live/socket.js';
import { lastId, type Entry, type Happening } from './conversation.js';

/** Whether what was said before is on the page. */
export interface History {
  readonly state: 'awaited' | 'here' | 'failed';
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
  const { joined } = useRoom(room);
  // not before the room is entered: what is said between the two would be missed
  const sessionId = status.name === 'connected' && joined ? status.sessionId : undefined;
  const asked = useRef<{ readonly room: RoomId; readonly sessionId: string }>(undefined);
  const [newest, setNewest] = useState<Asked>({ room, state: 'awaited' });

  async function ask(late: boolean) {
    setNewest({ room, state: 'awaited' });
    const [error, reply] = await safe(request('history', { room, after: lastId(entries) }));
    if (error === undefined) happen({ type: 'heard', messages: reply.messages, late });
    // whoever has gone on to another room waits for that one
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
      // a gap without an end is one of another session, which enters anew
      client.onGap((gap) => {
        if (gap.room === room && gap.to !== undefined) void askNow(true);
      }),
    [client, room],
  );

  return { state: newest.room === room ? newest.state : 'awaited', askAgain: () => void ask(false) };
}
