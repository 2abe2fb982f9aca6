// What lives as long as the page: the client, who this window is, the line it is on, and what happened to that.
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

/** So long what one says may wait for the line. */
export const patienceMs = 120_000;

export function createChat(): Chat {
  const identity = createIdentity();
  const line = createLine();
  const client: Client<Channels> = createClient<Channels>({
    url: '/ws',
    // asked for every attempt: who changed the name meanwhile comes back under the new one
    getToken: () => identity.token(),
    WebSocket: line.WebSocket,
    outbox: { maxAgeMs: patienceMs },
  });
  return { client, identity, line, outages: watchOutages(client) };
}
