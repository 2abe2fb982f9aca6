// Sends the position of the pointer to the room, at most 20 times per second. Only the newest position matters.
import { useEffect, useEffectEvent, type RefObject } from 'react';
import type { RoomId } from '@wirepact-example/chat-contract/facts';
import { useSocket } from '../live/socket.js';

const everyMs = 50;

export function useOwnCursor(pane: RefObject<HTMLElement | null>, room: RoomId, watched: boolean): void {
  const { send } = useSocket();

  const point = useEffectEvent((event: PointerEvent, bounds: DOMRect) => {
    const x = within(0, (event.clientX - bounds.left) / bounds.width, 1);
    const y = within(0, (event.clientY - bounds.top) / bounds.height, 1);
    send('cursor', { room, x, y });
  });

  useEffect(() => {
    const element = pane.current;
    if (element === null || !watched) return undefined;
    let newest: PointerEvent;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onMove = (event: PointerEvent) => {
      // a finger scrolls; it does not point
      if (event.pointerType === 'touch') return;
      newest = event;
      timer ??= setTimeout(() => {
        timer = undefined;
        point(newest, element.getBoundingClientRect());
      }, everyMs);
    };
    element.addEventListener('pointermove', onMove);
    return () => {
      clearTimeout(timer);
      element.removeEventListener('pointermove', onMove);
    };
  }, [pane, watched]);
}

const within = (least: number, value: number, most: number) => Math.min(most, Math.max(least, value));
