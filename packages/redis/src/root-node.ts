// Asks one of the root nodes that the options name, a server of a cluster or a sentinel, over a line of its own.
import type { RedisAddress, RedisConnectionOptions, ResolvedOptions } from './options.js';
import { RedisLine } from './redis-line.js';
import { readUrl } from './redis-url.js';

export type RootNode = string | RedisAddress;

/** Where it is. @throws TypeError for a URL that is none of Redis; `name` is the option that it stands in */
export function readRootNode(name: string, node: RootNode): RedisConnectionOptions & RedisAddress {
  return typeof node === 'string' ? readUrl(name, node) : node;
}

/** `connection` takes precedence over what a URL says, except for where the node is. */
export async function askRootNode(
  place: RedisConnectionOptions & RedisAddress,
  connection: RedisConnectionOptions,
  { heartbeat, clock }: Pick<ResolvedOptions, 'heartbeat' | 'clock'>,
  command: readonly string[],
): Promise<unknown> {
  const { host, port } = place;
  const listener = { heard: () => undefined, unsubscribed: () => undefined };
  const line = await RedisLine.open({
    connection: { ...place, ...connection, host, port },
    heartbeat,
    clock,
    listener,
  });
  try {
    return await line.send(command);
  } finally {
    line.close();
  }
}
