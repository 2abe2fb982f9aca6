// Everything that lives as long as the page: the client, the identity of this window, the connection, and its history.
import type { Channels } from '@wirepact-example/chat-contract';
import { createClient, type Client } from '@wirepact/client';
import { createIdentity, type Identity } from './identity.js';
import { createLine, type Line } from './line.js';
import { watchOutages, type Outages } from '../line/outages.js';

export interface Chat {
  readonly client: Client<Channels>;
  readonly identity: Identity;
  readonly line: Line;
  readonly outages: Outages;
}

/** How long a message may wait for a connection, in ms. */
export const patienceMs = 120_000;

export function createChat(): Chat {
  const identity = createIdentity();
  const line = createLine();
  const client: Client<Channels> = createClient<Channels>({
    url: '/ws',
    // called for every attempt, so that a guest who was renamed comes back under the new name
    getToken: () => identity.token(),
    WebSocket: line.WebSocket,
    outbox: { maxAgeMs: patienceMs },
  });
  return { client, identity, line, outages: watchOutages(client) };
}
