// Tells the room that somebody is typing, at most every 1.5 seconds.
import { useRef } from 'react';
import type { RoomId } from '@wirepact-example/chat-contract/facts';
import { useSocket } from '../live/socket.js';

const everyMs = 1_500;

export function useSignOfTyping(room: RoomId): () => void {
  const { send, status } = useSocket();
  const signedAt = useRef(0);
  return () => {
    if (status.name !== 'connected' || Date.now() - signedAt.current < everyMs) return;
    signedAt.current = Date.now();
    send('typing', { room });
  };
}
