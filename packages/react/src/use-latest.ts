// The newest message of a channel, as React state.
import type { Client } from '@wirepact/client';
import type { Form, Heard, OutPath } from '@wirepact/core';
import { useClientStore, type Source } from './use-client-store.js';

/**
 * Returns the newest value that arrived on `path`; `undefined` until a message arrives.
 * All components that use one path see the same value. When no component uses the path any more, the value is
 * forgotten.
 */
export function useLatest<TChannels, TForm extends Form, TPath extends OutPath<TChannels>>(
  client: Client<TChannels, TForm>,
  path: TPath,
): Heard<TChannels, TForm>[TPath] | undefined {
  return useClientStore(client, { latest: path as string }, latestOn) as never;
}

function latestOn(client: Client, { latest }: { readonly latest: string }): Source<unknown> {
  return { value: undefined, open: (publish) => client.on(latest, publish) };
}
