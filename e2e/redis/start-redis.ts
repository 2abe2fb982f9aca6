// A real Redis server for tests: on a free port, in a folder of its own, to be killed, started again and held. Nothing of it
// is left when it is disposed, or when the process that started it ends.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { clearAtExit } from '../cleared-at-exit.js';
import { findFreePort } from './free-port.js';
import { redisCommand, type RedisReply } from './redis-command.js';

export interface RedisOptions {
  /** How it puts down what it is told. @default not at all: what is killed has forgotten everything */
  readonly appendOnly?: 'always' | 'everysec';
  /** The port of the server that this one copies. */
  readonly replicaOf?: number;
  /** One node of a cluster, which startRedisCluster makes of several. */
  readonly isCluster?: boolean;
  /** More of the configuration: `['maxmemory', '8mb']`. */
  readonly config?: readonly (readonly [name: string, value: string])[];
}

/** A Redis server that is running, unless it was killed. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Where its files are. */
  readonly folder: string;
  readonly pid: number;
  /** Says a command to it, over a connection of its own. */
  command(...words: readonly (string | number)[]): Promise<RedisReply>;
  /** As the power would fail. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again, with what its files hold. Resolves when it answers. */
  start(): Promise<void>;
  /** Its process does nothing any more, and its connections stay open (SIGSTOP). */
  pause(): void;
  /** It goes on (SIGCONT). */
  resume(): void;
}

const startedWithinMs = 20_000;
const program = process.env['REDIS_SERVER'] ?? 'redis-server';

/** Starts a server and resolves when it answers. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'wirepact-redis-'));
  let child: ChildProcess | undefined;
  const clear = (): void => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  const forget = clearAtExit(clear);
  const kill = async (): Promise<void> => {
    const dying = child;
    child = undefined;
    if (dying === undefined || dying.exitCode !== null || dying.signalCode !== null) return;
    dying.kill('SIGKILL');
    await once(dying, 'exit');
  };
  const dispose = async (): Promise<void> => {
    await kill();
    forget();
    clear();
  };

  let port = 0;
  const start = async (): Promise<void> => {
    child = spawn(program, settings(port, folder, options), { stdio: ['ignore', 'pipe', 'pipe'] });
    await answers(child, port);
  };
  try {
    // somebody else may take the port between our look at it and the server's
    for (let attempt = 1; ; attempt += 1) {
      port = await findFreePort();
      try {
        await start();
        break;
      } catch (error) {
        await kill();
        if (attempt === 5) throw error;
      }
    }
  } catch (error) {
    await dispose();
    throw error;
  }

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    folder,
    get pid() {
      return child?.pid ?? 0;
    },
    command: (...words) => redisCommand(port, ...words),
    kill,
    start,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    [Symbol.asyncDispose]: dispose,
  };
}

function settings(port: number, folder: string, options: RedisOptions): string[] {
  const lines: (readonly [name: string, value: string])[] = [
    ['port', String(port)],
    ['bind', '127.0.0.1'],
    ['dir', folder],
    ['save', ''],
    ['appendonly', options.appendOnly === undefined ? 'no' : 'yes'],
    ['appendfsync', options.appendOnly ?? 'no'],
    ['repl-diskless-sync-delay', '0'],
  ];
  if (options.replicaOf !== undefined) lines.push(['replicaof', `127.0.0.1 ${options.replicaOf}`]);
  if (options.isCluster === true) {
    lines.push(['cluster-enabled', 'yes'], ['cluster-port', String(clusterPortOf(port))]);
    lines.push(['cluster-node-timeout', '1000'], ['cluster-config-file', 'nodes.conf']);
  }
  return [...lines, ...(options.config ?? [])].flatMap(([name, value]) => [
    `--${name}`,
    ...(value === '' ? [''] : value.split(' ')),
  ]);
}

/** Where the nodes of a cluster talk to each other: as far from each other as their own ports are. */
function clusterPortOf(port: number): number {
  return port - 5_000;
}

/** Resolves once a server answers. @throws when it ends before that, with what it said */
async function answers(child: ChildProcess, port: number): Promise<void> {
  let said = '';
  child.stdout?.on('data', (chunk) => (said += String(chunk)));
  child.stderr?.on('data', (chunk) => (said += String(chunk)));
  const failure = Promise.race([
    once(child, 'error').then(([error]) => String(error)),
    once(child, 'exit').then(() => said),
  ]);
  const ended = failure.then((text) => {
    throw new Error(`${program} did not start: ${text}`);
  });
  const up = (async () => {
    for (const until = performance.now() + startedWithinMs; performance.now() < until; await delay(10)) {
      const reply = await redisCommand(port, 'PING').catch(() => undefined);
      if (reply === 'PONG') return;
      if (child.exitCode !== null) return;
    }
    throw new Error(`${program} did not answer at port ${port}: ${said}`);
  })();
  ended.catch(() => undefined);
  await Promise.race([up, ended]);
  if (child.exitCode !== null) await ended;
}
