// The client's calls, ready to be destructured, beside the state of its connection.
import type { Client, ClientStatus } from '@wirepact/client';
import type { Form } from '@wirepact/core';
import { useMemo } from 'react';
import { useStatus } from './use-status.js';

/** What a component needs of a client. The functions keep their identity as long as the client is the same. */
export interface SocketState<TChannels, TForm extends Form = 'wire'> {
  readonly client: Client<TChannels, TForm>;
  readonly status: ClientStatus;
  readonly send: Client<TChannels, TForm>['send'];
  readonly request: Client<TChannels, TForm>['request'];
}

/** The client's calls and its status. Renders again when the status changes, and never because of a message. */
export function useSocket<TChannels, TForm extends Form>(
  client: Client<TChannels, TForm>,
): SocketState<TChannels, TForm> {
  // a client's methods need their client, and these are there to be destructured
  const calls = useMemo(
    (): Omit<SocketState<TChannels, TForm>, 'status'> => ({
      client,
      send: (path, ...args) => client.send(path, ...args),
      request: (path, ...args) => client.request(path, ...args),
    }),
    [client],
  );
  return { ...calls, status: useStatus(client) };
}
