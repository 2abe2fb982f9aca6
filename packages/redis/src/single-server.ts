// One server for everything: a fixed one, or the one that the sentinels name.
import type { ResolvedOptions } from './options.js';
import { RedisNode, type NodeHost } from './redis-node.js';
import { locateBySentinels } from './sentinels.js';
import type { Topology } from './topology.js';

/** Everything lies at one server. */
export function openSingleServer(options: ResolvedOptions, host: NodeHost): Topology {
  const { connection, sentinel } = options;
  const { host: name = 'localhost', port = 6_379, path } = connection;
  const node =
    sentinel === undefined
      ? new RedisNode(`Redis at ${path ?? `${name}:${port}`}`, host, () =>
          Promise.resolve({ ...connection, ...(path === undefined && { host: name, port }) }),
        )
      : new RedisNode(`Redis "${sentinel.name}"`, host, locateBySentinels(options, sentinel));
  return {
    get isReady() {
      return node.isReady;
    },
    nodeOf: () => node,
    slotOf: () => undefined,
    moved: () => false,
    asked: () => node,
    lost: () => node.reopen('this server takes no writes any more'),
    close: () => node.close(),
  };
}
