// Passes a client down the component tree. It does not own the client: whoever created it closes it.
import type { Client } from '@wirepact/client';
import type { Form } from '@wirepact/core';
import { createContext, createElement, useContext, type ReactElement, type ReactNode } from 'react';

/** The props of a `SocketProvider`. */
export interface SocketProviderProps<TChannels, TForm extends Form = 'wire'> {
  /** The client that the hooks below use. Create it outside components; the provider never closes it. */
  readonly client: Client<TChannels, TForm>;
  readonly children?: ReactNode;
}

type SocketProvider<TChannels, TForm extends Form> = (
  props: SocketProviderProps<TChannels, TForm>,
) => ReactElement;

/**
 * Returns the given client, or else that of the nearest provider.
 *
 * @throws Error if there is neither.
 */
type UseClient<TChannels, TForm extends Form> = (
  given?: Client<TChannels, TForm>,
) => Client<TChannels, TForm>;

/** A provider and the hook that reads it. Each pair has its own context, so that one page can use two servers. */
export function createClientContext<TChannels, TForm extends Form>(): readonly [
  SocketProvider<TChannels, TForm>,
  UseClient<TChannels, TForm>,
] {
  const Context = createContext<Client<TChannels, TForm> | undefined>(undefined);
  const SocketProvider: SocketProvider<TChannels, TForm> = ({ client, children }) =>
    createElement(Context.Provider, { value: client, children });
  const useClient: UseClient<TChannels, TForm> = (given) => {
    const provided = useContext(Context);
    const client = given ?? provided;
    if (!client) {
      throw new Error('no client: put its <SocketProvider client={client}> above');
    }
    return client;
  };
  return [SocketProvider, useClient];
}
