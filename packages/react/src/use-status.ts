// The connection's state as React state.
import type { Client, ClientStatus } from '@wirepact/client';
import type { Form } from '@wirepact/core';
import { useMemo, useSyncExternalStore } from 'react';

const idle: ClientStatus = { name: 'idle' };

/**
 * The state of the connection: `idle`, `connecting`, `connected`, `reconnecting` or `closed`, with what belongs to it. A
 * server renders `idle`.
 */
export function useStatus<TChannels, TForm extends Form>(client: Client<TChannels, TForm>): ClientStatus {
  const subscribe = useMemo(() => (onChange: () => void) => client.onStatus(onChange), [client]);
  return useSyncExternalStore(
    subscribe,
    () => client.status,
    () => idle,
  );
}
