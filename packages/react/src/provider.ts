// Hands a client down the tree. It does not own it: whoever created the client closes it.
import type { Client } from '@wirepact/client';
import type { Form } from '@wirepact/core';
import { createContext, createElement, useContext, type ReactElement, type ReactNode } from 'react';

/** What a `SocketProvider` takes. */
export interface SocketProviderProps<TChannels, TForm extends Form = 'wire'> {
  /** The client that the hooks below use. Create it outside of any component; the provider never closes it. */
  readonly client: Client<TChannels, TForm>;
  readonly children?: ReactNode;
}

/** A provider, and the way to what it provides. Each pair has a context of its own, so that two servers can be used side by side. */
export interface ClientContext<TChannels, TForm extends Form> {
  readonly SocketProvider: (props: SocketProviderProps<TChannels, TForm>) => ReactElement;
  /** The given client, or else the one of the nearest provider. */
  readonly useClient: (given?: Client<TChannels, TForm>) => Client<TChannels, TForm>;
}

export function createClientContext<TChannels, TForm extends Form>(): ClientContext<TChannels, TForm> {
  const Context = createContext<Client<TChannels, TForm> | undefined>(undefined);
  return {
    SocketProvider: ({ client, children }) => createElement(Context.Provider, { value: client }, children),
    useClient(given) {
      const provided = useContext(Context);
      const client = given ?? provided;
      if (!client) {
        throw new Error('no client: put its <SocketProvider client={client}> above');
      }
      return client;
    },
  };
}
