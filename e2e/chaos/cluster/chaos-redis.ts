// The Redis that the nodes of a row share, behind a proxy, and what can be done to it.
import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startCuttingProxy, type CuttingProxy } from '../../behaviour/cutting-proxy.js';
import { startRedis, type RedisOptions, type RedisServer } from '../../redis/start-redis.js';

/** How it keeps what it is told. */
export interface RedisSetup {
  /** @default not at all */
  readonly appendOnly?: 'always' | 'everysec';
  /** Another one copies it, which can take its place. */
  readonly hasReplica?: true;
  /** Where else it listens than at the loopback. */
  readonly address?: string;
}

/** Server and replica. */
interface Pair {
  readonly server: RedisServer;
  readonly replica: RedisServer;
  /** Between the two. */
  readonly proxy: CuttingProxy;
}

/** Starts one. */
export async function startChaosRedis(setup: RedisSetup): Promise<ChaosRedis> {
  const server = await startRedis({ ...appending(setup), ...reachable(setup) });
  const redis = new ChaosRedis(setup, await startCuttingProxy(() => undefined), server);
  if (setup.hasReplica) await redis.addReplica();
  return redis;
}

export class ChaosRedis implements AsyncDisposable {
  readonly #setup: RedisSetup;
  readonly #proxy: CuttingProxy;
  #server: RedisServer;
  #pair: Pair | undefined;

  constructor(setup: RedisSetup, proxy: CuttingProxy, server: RedisServer) {
    this.#setup = setup;
    this.#proxy = proxy;
    this.#server = server;
    proxy.target = server.port;
  }

  /** Where the nodes find it, whatever becomes of it. */
  get url(): string {
    return `redis://127.0.0.1:${this.#proxy.port}`;
  }

  /** Where others find it that are no processes of this host; past the proxy. */
  get urlOutside(): string {
    return `redis://${this.#setup.address}:${this.#server.port}`;
  }

  /** Breaks the connections on which nodes hear of messages. */
  async killSubscribers(): Promise<void> {
    await this.#server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
  }

  /** Dies, and is there again with what it has written down; after `lost` bytes less, if that is said. */
  async restart(lostBytes = 0): Promise<void> {
    await this.#server.kill();
    if (lostBytes > 0) cutNewestLog(this.#server.folder, lostBytes);
    await this.#server.start();
  }

  async flush(): Promise<void> {
    await this.#server.command('FLUSHALL');
  }

  /** Does nothing for a while (SIGSTOP). */
  async pause(ms: number): Promise<void> {
    this.#server.pause();
    await delay(ms);
    this.#server.resume();
  }

  /** Its replica hears nothing of what happens `meanwhile`, and takes its place then. */
  async failOver(meanwhile: () => Promise<void>): Promise<void> {
    if (this.#pair === undefined) throw new Error('there is no replica');
    const { server, replica, proxy } = this.#pair;
    proxy.stall(true);
    await meanwhile();
    await server.kill();
    await proxy.close();
    await replica.command('REPLICAOF', 'NO', 'ONE');
    this.#server = replica;
    this.#pair = undefined;
    this.#proxy.target = replica.port;
    this.#proxy.cut();
    await server[Symbol.asyncDispose]();
    await this.addReplica();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy.close();
    await this.#pair?.proxy.close();
    await this.#pair?.replica[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }

  /** Has another one copy it from now on. */
  async addReplica(): Promise<void> {
    const server = this.#server;
    const proxy = await startCuttingProxy(() => undefined);
    proxy.target = server.port;
    const replica = await startRedis({ replicaOf: proxy.port, ...appending(this.#setup) });
    this.#pair = { server, replica, proxy };
    while (!String(await replica.command('INFO', 'replication')).includes('master_link_status:up')) {
      await delay(20);
    }
  }
}

const appending = ({ appendOnly }: RedisSetup): Pick<RedisSetup, 'appendOnly'> =>
  appendOnly === undefined ? {} : { appendOnly };

const reachable = ({ address }: RedisSetup): Pick<RedisOptions, 'config'> =>
  address === undefined
    ? {}
    : {
        config: [
          ['bind', `127.0.0.1 ${address}`],
          ['protected-mode', 'no'],
        ],
      };

/** Takes the end off the newest of the files that a server appends to, as a disk that was not flushed does. */
function cutNewestLog(folder: string, bytes: number): void {
  const files = readdirSync(join(folder, 'appendonlydir'))
    .filter((name) => name.endsWith('.incr.aof'))
    .map((name) => join(folder, 'appendonlydir', name))
    .sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  const [newest] = files;
  if (newest === undefined) throw new Error(`there is no append-only file in ${folder}`);
  truncateSync(newest, Math.max(0, statSync(newest).size - bytes));
}
