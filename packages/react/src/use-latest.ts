// The newest message of a channel as React state.
import type { Client } from '@wirepact/client';
import type { Form, Heard, OutPath } from '@wirepact/core';
import { useClientStore, type Source } from './use-client-store.js';

/**
 * The newest value that came on `path`; `undefined` until one comes. All components that look at one path see the same
 * value, which is forgotten when none does any more.
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
