// Asks Redis Sentinel which server is the master.
import type {
  RedisAddress,
  RedisConnectionOptions,
  RedisSentinelOptions,
  ResolvedOptions,
} from './options.js';
import { LineLost, RedisLine } from './redis-line.js';
import { readUrl } from './redis-url.js';

/** What finds the master: it asks one sentinel after the other, first the one that knew it last time. */
export function locateBySentinels(
  { connection, heartbeat, clock }: ResolvedOptions,
  sentinel: Required<RedisSentinelOptions>,
): () => Promise<RedisConnectionOptions> {
  const nodes = [...sentinel.rootNodes];
  const listener = { heard: () => undefined, unsubscribed: () => undefined };

  const ask = async (node: string | RedisAddress): Promise<RedisConnectionOptions> => {
    const place = typeof node === 'string' ? readUrl('sentinel.rootNodes', node) : node;
    const options = { connection: { ...sentinel.connection, ...place }, heartbeat, clock, listener };
    const line = await RedisLine.open(options);
    try {
      const reply = await line.send(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', sentinel.name]);
      const [host, port] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
      if (typeof host !== 'string') throw new LineLost(`it knows no "${sentinel.name}"`);
      return { ...connection, ...sentinel.mapAddress({ host, port: Number(port) }) };
    } finally {
      line.close();
    }
  };

  return async () => {
    const failures: unknown[] = [];
    for (const node of nodes) {
      try {
        const found = await ask(node);
        nodes.splice(nodes.indexOf(node), 1);
        nodes.unshift(node);
        return found;
      } catch (error) {
        failures.push(error);
      }
    }
    const texts = failures.map((error) => (error instanceof Error ? error.message : String(error)));
    throw new LineLost(`no sentinel knows the master of "${sentinel.name}": ${texts.join('; ')}`);
  };
}
