// Several servers in one process, joined by an engine in memory, for tests of what they do together.
import type { ChannelDefinitions } from '@wirepact/core';
import type { Frame } from '@wirepact/core/internal';
import { createManualClock, type ManualClock } from '@wirepact/core/testing';
import { createMemoryEngine, type MemoryEngine } from './memory/memory-engine.fixture.js';
import type { MemoryBroker } from './memory/memory-broker.fixture.js';
import type { SocketManagerOptions } from '../options.js';
import { createTestServer, settle, type TestClient, type TestServer } from '../test-server.fixture.js';

/** One process. Who its clients are is the token that they bring. */
export type Node<TChannels extends ChannelDefinitions> = TestServer<TChannels, string | undefined>;

/** Servers that an engine joins. */
export interface Nodes<TChannels extends ChannelDefinitions> {
  readonly clock: ManualClock;
  readonly engine: MemoryEngine;
  readonly nodes: readonly [Node<TChannels>, Node<TChannels>, Node<TChannels>];
  readonly brokers: readonly [MemoryBroker, MemoryBroker, MemoryBroker];
  /** What came out of `onError` of any. */
  errors(): unknown[];
}

export async function startNodes<TChannels extends ChannelDefinitions>(
  channels: TChannels,
  options: SocketManagerOptions<TChannels, string | undefined> = {},
): Promise<Nodes<TChannels>> {
  const clock = createManualClock({ startMs: 1_700_000_000_000 });
  const engine = createMemoryEngine({ clock });
  const brokers = [engine.broker(), engine.broker(), engine.broker()] as const;
  const start = (broker: MemoryBroker): Node<TChannels> => {
    const given: SocketManagerOptions<TChannels, string | undefined> = {
      authenticate: ({ token }) => token,
      userId: (token) => token,
      rooms: { authorize: () => true },
      ...options,
      broker,
    };
    return createTestServer(channels, given, clock);
  };
  const nodes = [start(brokers[0]), start(brokers[1]), start(brokers[2])] as const;
  await settle();
  return { clock, engine, nodes, brokers, errors: () => nodes.flatMap(({ errors }) => errors) };
}

/** A client of a node that is in a room. */
export async function connectTo<TChannels extends ChannelDefinitions>(
  node: Node<TChannels>,
  room: string,
  token?: string,
): Promise<TestClient> {
  const client = await node.connect(token);
  await join(client, room);
  client.takeAll();
  return client;
}

export async function join(client: TestClient, room: string): Promise<void> {
  await client.ask({ path: '$join', data: { room }, id: `join ${room}` });
}

/** What a client was told, in short. */
export function brief(frames: readonly Frame[]): unknown[] {
  return frames.map(({ path, data }) => {
    if (path !== '$gap') return path.startsWith('$') ? path : data;
    const { room, why } = data as { room: string; why: string };
    return `gap of ${room}: ${why}`;
  });
}
