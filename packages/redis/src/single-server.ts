// One server for everything: a fixed one, or the one that the sentinels name.
import type { ResolvedOptions } from './options.js';
import { RedisNode, type NodeHost } from './redis-node.js';
import { Sentinels } from './sentinels.js';
import type { Topology } from './topology.js';

/** As long as a master misses the others, so often the sentinels are asked whether it still is the master. */
const lookEveryMs = 1_000;

/** Everything lies at one server. */
export function openSingleServer(options: ResolvedOptions, host: NodeHost): Topology {
  const { connection, sentinel, clock } = options;
  const { host: name = 'localhost', port = 6_379, path } = connection;
  const sentinels = sentinel && new Sentinels(options, sentinel);
  const node =
    sentinels === undefined
      ? new RedisNode(`Redis at ${path ?? `${name}:${port}`}`, host, {
          locate: () => Promise.resolve({ ...connection, ...(path === undefined && { host: name, port }) }),
          doubt: () => undefined,
        })
      : new RedisNode(`Redis "${sentinels.name}"`, host, sentinels);
  let stopWaiting: (() => void) | undefined;
  return {
    get isReady() {
      return node.isReady;
    },
    nodeOf: () => node,
    slotOf: () => undefined,
    moved: () => false,
    asked: () => node,
    lost() {
      sentinels?.doubt();
      node.reopen('this server takes no writes any more');
    },
    doubted() {
      if (sentinels === undefined || stopWaiting !== undefined) return;
      stopWaiting = clock.after(lookEveryMs, () => (stopWaiting = undefined));
      sentinels.doubt();
      void node.relocate();
    },
    close() {
      stopWaiting?.();
      sentinels?.close();
      node.close();
    },
  };
}
