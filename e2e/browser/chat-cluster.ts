// The example as it is deployed: two processes behind a balancer, over a Redis, each by the very file of examples/chat/deploy
// with other ports.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram } from '../find-program.js';
import { listens } from '../listens.js';
import { findFreePort } from '../redis/free-port.js';
import { ChatServer } from './chat-server.js';

export type BalancerName = 'haproxy' | 'nginx';

const deploy = new URL('../../examples/chat/deploy/', import.meta.url);
const startedWithinMs = 20_000;

/** The example in two processes. Nothing of it is left when it is disposed. */
export class ChatCluster implements AsyncDisposable {
  readonly #folder: string;
  readonly #programs: ChildProcess[] = [];
  readonly #processes = new Map<string, ChatServer>();
  #port = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(balancer: BalancerName, waitsForMs: number): Promise<ChatCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'wirepact-chat-'));
    // nginx does its work as somebody else
    chmodSync(folder, 0o755);
    const cluster = new ChatCluster(folder);
    try {
      const url = await cluster.#startRedis();
      for (const name of ['east', 'west']) {
        const server = await ChatServer.start(waitsForMs, { REDIS_URL: url, PROCESS_NAME: name });
        cluster.#processes.set(name, server);
      }
      cluster.#port = await cluster.#startBalancer(balancer);
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  /** Where the balancer is. */
  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  /** The process that calls itself by this name on the page. */
  process(name: string): ChatServer {
    const found = this.#processes.get(name);
    if (found === undefined) throw new Error(`no process is called ${name}`);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#processes.values()) await server.end('SIGKILL');
    for (const child of this.#programs) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #startRedis(): Promise<string> {
    const port = await findFreePort();
    const file = this.#adapt('redis.conf', {
      'port 6379': `port ${port}\nbind 127.0.0.1\ndir ${this.#folder}`,
    });
    await this.#run(port, process.env['REDIS_SERVER'] ?? 'redis-server', [file]);
    return `redis://wirepact:change-me@127.0.0.1:${port}`;
  }

  async #startBalancer(name: BalancerName): Promise<number> {
    const port = await findFreePort();
    const [one, two] = [...this.#processes.values()].map((server) => `127.0.0.1:${server.port}`);
    const folder = this.#folder;
    const upstream = { 'chat-1:8080': `${one}`, 'chat-2:8080': `${two}` };
    if (name === 'haproxy') {
      const file = this.#adapt('haproxy.cfg', { 'bind :8080': `bind :${port}`, ...upstream });
      await this.#run(port, need('haproxy'), ['-db', '-f', file]);
    } else {
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (kind) => `${kind}_temp_path ${folder}/${kind};`,
      );
      const file = this.#adapt('nginx.conf', {
        'listen 8080': `listen ${port}`,
        'http {': ['http {', ...temporary].join('\n'),
        ...upstream,
      });
      const log = join(folder, 'nginx.log');
      await this.#run(port, need('nginx'), [
        ...['-p', folder, '-c', file, '-e', log, '-g', `daemon off; pid ${folder}/nginx.pid;`],
      ]);
    }
    return port;
  }

  /** Writes a file of the example's with some of it replaced. @throws when there is nothing to replace */
  #adapt(name: string, changes: Readonly<Record<string, string>>): string {
    let text = readFileSync(new URL(name, deploy), 'utf8');
    for (const [from, to] of Object.entries(changes)) {
      if (!text.includes(from)) throw new Error(`${name} does not say "${from}" any more`);
      text = text.replaceAll(from, to);
    }
    const file = join(this.#folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** Starts a program and resolves when it listens. @throws with what it said when it ends before that */
  async #run(port: number, program: string, args: readonly string[]): Promise<void> {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#programs.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    let failure: Error | undefined;
    child.on('error', (error) => (failure = error));
    for (const until = performance.now() + startedWithinMs; performance.now() < until; await delay(20)) {
      if (failure !== undefined || child.exitCode !== null) break;
      if (await listens(port)) return;
    }
    throw new Error(`${program} does not listen at port ${port}: ${failure?.message ?? said}`);
  }
}

function need(name: BalancerName): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed; on Debian: apt-get install ${name}`);
  return path;
}
