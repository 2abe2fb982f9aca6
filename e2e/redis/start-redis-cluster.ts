// A real Redis Cluster for tests: several servers of start-redis.ts that share the slots among them.
import { setTimeout as delay } from 'node:timers/promises';
import { startRedis, type RedisServer } from './start-redis.js';

const slots = 16_384;
const settledWithinMs = 20_000;

export interface RedisCluster extends AsyncDisposable {
  /** The servers that have slots at first, each with an equal share and in the order of the slots. */
  readonly masters: readonly RedisServer[];
  /** One for each master, in the same order, if there are any. */
  readonly replicas: readonly RedisServer[];
  /** Moves a slot with everything in it from one master to another. */
  moveSlot(slot: number, from: RedisServer, to: RedisServer): Promise<void>;
}

/** Starts a cluster and resolves when all of it agrees on who has what. */
export async function startRedisCluster(
  options: { readonly masters?: number; readonly hasReplicas?: boolean } = {},
): Promise<RedisCluster> {
  const { masters: count = 3, hasReplicas = false } = options;
  const servers = await Promise.all(
    Array.from({ length: hasReplicas ? 2 * count : count }, () => startRedis({ isCluster: true })),
  );
  const dispose = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  };
  try {
    const masters = servers.slice(0, count);
    const replicas = servers.slice(count);
    await Promise.all(masters.map((master, index) => giveSlots(master, index, count)));
    const [first, ...others] = servers;
    for (const { port } of others) await first?.command('CLUSTER', 'MEET', '127.0.0.1', port, port - 5_000);
    await agree(servers, masters.length);
    for (const [index, replica] of replicas.entries()) {
      const id = await masters[index]?.command('CLUSTER', 'MYID');
      await replica.command('CLUSTER', 'REPLICATE', String(id));
    }
    await Promise.all(replicas.map(copied));
    return {
      masters,
      replicas,
      moveSlot: (...how) => moveSlot(masters, ...how),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function giveSlots(master: RedisServer, index: number, count: number): Promise<void> {
  const first = Math.floor((slots * index) / count);
  const end = Math.floor((slots * (index + 1)) / count);
  await master.command('CLUSTER', 'ADDSLOTSRANGE', first, end - 1);
  // or two would call themselves by the same epoch at first
  await master.command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
}

async function agree(servers: readonly RedisServer[], size: number): Promise<void> {
  await until('the cluster agrees', async () => {
    const infos = await Promise.all(servers.map((server) => server.command('CLUSTER', 'INFO')));
    return infos.every((info) => {
      const text = String(info);
      const knows = text.includes(`cluster_known_nodes:${servers.length}\r`);
      return knows && text.includes('cluster_state:ok') && text.includes(`cluster_size:${size}\r`);
    });
  });
}

async function copied(replica: RedisServer): Promise<void> {
  await until('a replica copies its master', async () => {
    return String(await replica.command('INFO', 'replication')).includes('master_link_status:up');
  });
}

async function moveSlot(
  masters: readonly RedisServer[],
  slot: number,
  from: RedisServer,
  to: RedisServer,
): Promise<void> {
  const [fromId, toId] = await Promise.all([from, to].map((server) => server.command('CLUSTER', 'MYID')));
  await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(fromId));
  await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(toId));
  for (;;) {
    const keys = await from.command('CLUSTER', 'GETKEYSINSLOT', slot, 100);
    if (!Array.isArray(keys) || keys.length === 0) break;
    await from.command('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...(keys as string[]));
  }
  for (const server of [to, from, ...masters.filter((other) => other !== to && other !== from)]) {
    await server.command('CLUSTER', 'SETSLOT', slot, 'NODE', String(toId));
  }
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + settledWithinMs; performance.now() < end; await delay(20)) {
    if (await holds()) return;
  }
  throw new Error(`it took too long until ${what}`);
}
