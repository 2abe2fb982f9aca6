// Passes every message of a channel to a callback. No message becomes React state.
import type { Client, MessageInfo } from '@wirepact/client';
import type { Form, Heard, OutPath } from '@wirepact/core';
import { useEffect, useMemo } from 'react';
import { useCommitEffect } from './use-commit-effect.js';

type Callback = (data: unknown, info: MessageInfo) => void;

interface Listener {
  /** Starts to listen with this callback, or continues with it. */
  hear(callback: Callback): void;
  readonly close: () => void;
}

/**
 * Calls the callback with every message on `path`, once and in order, even those that React shows in a single render.
 * The callback of the latest render is used, so it needs no `useCallback`. A new callback neither resubscribes nor
 * misses a message.
 */
export function useEvent<TChannels, TForm extends Form, TPath extends OutPath<TChannels>>(
  client: Client<TChannels, TForm>,
  path: TPath,
  callback: (data: Heard<TChannels, TForm>[TPath], info: MessageInfo) => void,
): void {
  const listener = useMemo(() => createListener(client as unknown as Client, path as string), [client, path]);
  // during the commit itself: a message that arrives before passive effects run belongs to what is on the screen
  useCommitEffect(() => listener.hear(callback as Callback));
  // but stopped by a passive effect: Suspense removes layout effects while it hides a component, which must keep
  // listening
  useEffect(() => listener.close, [listener]);
}

function createListener(client: Client, path: string): Listener {
  let current: Callback;
  let off: (() => void) | undefined;
  return {
    hear(callback) {
      current = callback;
      off ??= client.on(path, (...heard) => current(...heard));
    },
    close() {
      off?.();
      off = undefined;
    },
  };
}
