// The state of the connection, as React state.
import type { Client, ClientStatus } from '@wirepact/client';
import type { Form } from '@wirepact/core';
import { useMemo, useSyncExternalStore } from 'react';

const idle: ClientStatus = { name: 'idle' };

/** Returns the status of the connection, the same as `client.status`. During server rendering it is `idle`. */
export function useStatus<TChannels, TForm extends Form>(client: Client<TChannels, TForm>): ClientStatus {
  const subscribe = useMemo(() => (onChange: () => void) => client.onStatus(onChange), [client]);
  return useSyncExternalStore(
    subscribe,
    () => client.status,
    () => idle,
  );
}
