// Every message of a channel, handed to a callback. Nothing of it becomes React state.
import type { Client, MessageInfo } from '@wirepact/client';
import type { Form, Heard, OutPath } from '@wirepact/core';
import { useEffect, useLayoutEffect, useMemo } from 'react';

type Callback = (data: never, info: MessageInfo) => void;

interface Listener {
  /** Listens from now on, or goes on listening, with this callback. */
  hear(callback: Callback): void;
  readonly close: () => void;
}

// React 18 warns of layout effects on a server, where none runs anyway
const useCommitEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect;

/**
 * Calls back with every message on `path`, once and in order, also those that React would batch. The callback of the
 * newest render is called; a new one neither subscribes again nor misses a message.
 */
export function useEvent<TChannels, TForm extends Form, TPath extends OutPath<TChannels>>(
  client: Client<TChannels, TForm>,
  path: TPath,
  callback: (data: Heard<TChannels, TForm>[TPath], info: MessageInfo) => void,
): void {
  const listener = useMemo(() => createListener(client as unknown as Client, path as string), [client, path]);
  // in the commit itself: a message may come before passive effects run, and belongs to what is on the screen
  useCommitEffect(() => listener.hear(callback));
  // but closed by a passive effect: Suspense takes layout effects down while it hides a component, which goes on listening
  useEffect(() => listener.close, [listener]);
}

function createListener(client: Client, path: string): Listener {
  let current: Callback;
  let off: (() => void) | undefined;
  return {
    hear(callback) {
      current = callback;
      off ??= client.on(path, (data, info) => current(data as never, info));
    },
    close() {
      off?.();
      off = undefined;
    },
  };
}
