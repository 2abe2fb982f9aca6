// Asks for what a room missed: everything at first, and after an outage what was said meanwhile, which it then tells.
import { useEffect, useEffectEvent, useRef } from 'react';
import type { RoomId } from '@wirepact-example/chat-contract/facts';
import { safe } from '@wirepact/client';
import { describeReturn } from '../line/line-words.js';
import { useChat } from '../live/chat-context.js';
import { useRoom, useSocket } from '../live/socket.js';
import { lastId, type Entry, type Happening } from './conversation.js';

export function useCatchUp(
  room: RoomId,
  entries: readonly Entry[],
  happen: (happening: Happening) => void,
): void {
  const { outages } = useChat();
  const { request, status } = useSocket();
  const { joined } = useRoom(room);
  // not before the room is entered: what is said between the two would be missed
  const sessionId = status.name === 'connected' && joined ? status.sessionId : undefined;
  const told = useRef({ outage: 0, serverStartedAt: 0 });

  const catchUp = useEffectEvent(async (signal: AbortSignal) => {
    const [error, reply] = await safe(request('history', { room, after: lastId(entries) }, { signal }));
    // a line that breaks again brings its own catching up
    if (error !== undefined) return;
    happen({ type: 'heard', messages: reply.messages });

    // what one wrote while away is there as well, and was not missed
    const missed = reply.messages.filter(({ key }) => !entries.some((entry) => entry.key === key)).length;
    const [newest] = outages.list();
    const restarted =
      told.current.serverStartedAt !== 0 && told.current.serverStartedAt !== reply.serverStartedAt;
    if (newest && newest.id !== told.current.outage) {
      const text = describeReturn(newest, missed, restarted);
      happen({ type: 'noted', key: `outage-${newest.id}`, text });
    }
    told.current = { outage: newest?.id ?? 0, serverStartedAt: reply.serverStartedAt };
  });

  useEffect(() => {
    if (sessionId === undefined) return undefined;
    const abort = new AbortController();
    void catchUp(abort.signal);
    return () => abort.abort();
  }, [room, sessionId]);
}
