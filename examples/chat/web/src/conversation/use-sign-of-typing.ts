// Tells the room now and then that somebody is typing, and never more often than it is looked at.
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
