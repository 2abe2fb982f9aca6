// A Redis Cluster: which server has which slot, learnt from the cluster and from its redirections.
import type { RedisClusterOptions, ResolvedOptions } from './options.js';
import type { NodeHost } from './redis-node.js';
import type { Topology } from './topology.js';

export interface ClusterHost {
  readonly node: NodeHost;
  rerouted(): void;
}

export function openCluster(
  _options: ResolvedOptions,
  _cluster: Required<RedisClusterOptions>,
  _host: ClusterHost,
): Topology {
  throw new TypeError('to come');
}
