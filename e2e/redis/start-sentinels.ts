// A master, a replica and real sentinels that watch over them, for tests.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from './free-port.js';
import { redisCommand } from './redis-command.js';
import { startRedis, type RedisServer } from './start-redis.js';

export interface WatchedRedis extends AsyncDisposable {
  /** What the sentinels call them. */
  readonly name: string;
  readonly master: RedisServer;
  readonly replica: RedisServer;
  /** The ports of the sentinels. */
  readonly sentinels: readonly number[];
  /** Resolves once the sentinels name the replica. */
  failedOver(): Promise<void>;
}

const name = 'tested';
const program = process.env['REDIS_SERVER'] ?? 'redis-server';
const settledWithinMs = 20_000;

/** Starts all of them and resolves when each knows the others. */
export async function startSentinels(count = 3): Promise<WatchedRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'wirepact-sentinel-'));
  const children: ChildProcess[] = [];
  const kill = (): void => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', kill);
  const servers: RedisServer[] = [];
  const dispose = async (): Promise<void> => {
    const left = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    const gone = Promise.all(left.map((child) => once(child, 'exit')));
    process.off('exit', kill);
    kill();
    await gone;
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  };
  try {
    const master = await startRedis();
    servers.push(master);
    const replica = await startRedis({ replicaOf: master.port });
    servers.push(replica);
    const sentinels: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const port = await findFreePort();
      sentinels.push(port);
      const file = join(folder, `${port}.conf`);
      writeFileSync(file, settings(port, folder, master.port, count));
      children.push(spawn(program, [file, '--sentinel'], { stdio: 'ignore' }));
    }
    const ask = (port: number, ...words: string[]) =>
      redisCommand(port, 'SENTINEL', ...words).catch(() => undefined);
    await until('the sentinels are there', async () => {
      // left to themselves they look around every 10 s; still slower than a failover, or they would undo it
      const paces = ['info-period', '200', 'publish-period', '600'];
      const hurried = sentinels.map((port) => ask(port, 'DEBUG', ...paces));
      return (await Promise.all(hurried)).every((reply) => reply === 'OK');
    });
    await until('the sentinels know each other', async () => {
      const seen = await Promise.all(sentinels.map((port) => ask(port, 'MASTER', name)));
      return seen.every((reply) => {
        const facts = Array.isArray(reply) ? reply : [];
        const fact = (of: string): unknown => facts[facts.indexOf(of) + 1];
        return fact('num-slaves') === '1' && fact('num-other-sentinels') === String(count - 1);
      });
    });
    return {
      ...{ name, master, replica, sentinels },
      failedOver: () =>
        until('the replica is the master', async () => {
          const seen = await Promise.all(sentinels.map((port) => ask(port, 'GET-MASTER-ADDR-BY-NAME', name)));
          return seen.every((reply) => Array.isArray(reply) && reply[1] === String(replica.port));
        }),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function settings(port: number, folder: string, masterPort: number, count: number): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${name} 127.0.0.1 ${masterPort} ${Math.floor(count / 2) + 1}`,
    `sentinel down-after-milliseconds ${name} 300`,
    `sentinel failover-timeout ${name} 3000`,
    '',
  ].join('\n');
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + settledWithinMs; performance.now() < end; await delay(20)) {
    if (await holds()) return;
  }
  throw new Error(`it took too long until ${what}`);
}
