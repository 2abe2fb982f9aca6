// One process of the simulation, from its start until it is killed or drained.
import type { Clock } from '@wirepact/core';
import { SocketManager } from '@wirepact/server';
import { channels, type Channels } from '../contract.js';
import type { NodeBroker } from './cluster-engine.js';

export interface ClusterNodeOptions {
  readonly clock: Clock;
  readonly broker: NodeBroker;
  readonly isTight: boolean;
  /** A client comes to it. */
  readonly came: (client: string) => void;
  readonly handled: (messageId: string, n: number) => void;
  readonly failed: (error: unknown) => void;
}

const tight = { logs: { maxBytes: 2_000, maxAgeMs: 60_000 }, session: { resumeForMs: 40_000, answers: 3 } };
const roomy = { session: { resumeForMs: 40_000 } };

export class ClusterNode {
  readonly broker: NodeBroker;
  readonly sockets: SocketManager<Channels, { readonly name: string }>;
  /** Killed: what its handlers still do is nobody's business. */
  isDead = false;

  constructor({ clock, broker, isTight, came, handled, failed }: ClusterNodeOptions) {
    this.broker = broker;
    const wait = (ms: number): Promise<void> | undefined =>
      ms === 0 ? undefined : new Promise((resolve) => clock.after(ms, resolve));
    const handle = async (
      { n, ms }: { readonly n: number; readonly ms: number },
      { messageId }: { readonly messageId: string },
    ): Promise<void> => {
      handled(messageId, n);
      await wait(ms);
    };
    this.sockets = new SocketManager(channels, {
      broker,
      clock,
      authenticate: ({ token = '' }) => (came(token), { name: token }),
      userId: (person) => person.name,
      rooms: { authorize: () => true },
      onError: (error) => failed(error),
      limits: { upgradeBurstPerIp: 1e6, joinsPerSecond: 1e6, messageBurst: 1e6 },
      ...(isTight ? tight : roomy),
      routes: {
        say: (_, data, context): unknown => handle(data, context),
        async ask(_, data, context) {
          await handle(data, context);
          return { n: data.n };
        },
      },
    });
  }
}
