// The client's functions, ready to be destructured, and the state of its connection.
import type { Client, ClientStatus } from '@wirepact/client';
import type { Form } from '@wirepact/core';
import { useMemo } from 'react';
import { useStatus } from './use-status.js';

/** What a component needs to send. The functions keep their identity while the client is the same. */
export interface SocketState<TChannels, TForm extends Form = 'wire'> {
  /** The client itself, for everything else. */
  readonly client: Client<TChannels, TForm>;
  /** The state of the connection. */
  readonly status: ClientStatus;
  /** Sends an event: a message without an answer. See `Client.send`. */
  readonly send: Client<TChannels, TForm>['send'];
  /** Sends a request and resolves to its answer. See `Client.request`. */
  readonly request: Client<TChannels, TForm>['request'];
}

/**
 * Returns `{ send, request, client, status }`. The functions can be destructured.
 * The component re-renders when the status changes, never on a message.
 */
export function useSocket<TChannels, TForm extends Form>(
  client: Client<TChannels, TForm>,
): SocketState<TChannels, TForm> {
  // the methods of a client need their `this`; these functions can be destructured
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
