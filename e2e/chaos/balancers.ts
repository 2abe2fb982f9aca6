// What stands between clients and servers in the wild and is renewed while they talk: nginx and HAProxy, where the machine
// has them.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { clearAtExit } from '../cleared-at-exit.js';
import { listens } from '../listens.js';
import { findFreePort } from '../redis/free-port.js';

/** Connections that are open when it is renewed are given so long. */
const graceMs = 300;

/** A kind of balancer. */
export interface Balancer {
  readonly program: string;
  /** Starts one before the servers at these ports, which take turns. */
  readonly start: (path: string, ports: readonly number[]) => Promise<RunningBalancer>;
}

export interface RunningBalancer {
  readonly port: number;
  /** Resolves once the new one takes connections; the old one gives up those it has soon after. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

/** Reloaded: its master process stays and has new workers. */
export const nginx: Balancer = {
  program: 'nginx',
  async start(path, serverPorts) {
    const port = await findFreePort();
    const folder = mkdtempSync(join(tmpdir(), 'chaos-nginx-'));
    const file = join(folder, 'nginx.conf');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${folder}/${kind};`,
    );
    writeFileSync(
      file,
      `daemon off; pid ${folder}/pid; worker_processes 1; worker_shutdown_timeout ${graceMs}ms; error_log ${folder}/log;
      events {}
      http {
        access_log off; ${temporary.join(' ')}
        upstream servers { ${serverPorts.map((serverPort) => `server 127.0.0.1:${serverPort};`).join(' ')} }
        server {
          listen 127.0.0.1:${port};
          location / {
            proxy_pass http://servers;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
          }
        }
      }`,
    );
    const master = spawn(path, ['-p', folder, '-c', file, '-e', join(folder, 'log')], { stdio: 'ignore' });
    const forget = clearAtExit(() => clear(master, folder));
    await waitForPort(port);
    return {
      port,
      renew: async () => void master.kill('SIGHUP'),
      close: () => end(master, folder).finally(forget),
    };
  },
};

/** Restarted: a new process takes the port over from the old one, which ends. */
export const haproxy: Balancer = {
  program: 'haproxy',
  async start(path, serverPorts) {
    const port = await findFreePort();
    const folder = mkdtempSync(join(tmpdir(), 'chaos-haproxy-'));
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(
      file,
      `global
  hard-stop-after ${graceMs}ms
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
listen proof
  bind 127.0.0.1:${port}
${serverPorts.map((serverPort) => `  server at-${serverPort} 127.0.0.1:${serverPort}\n`).join('')}`,
    );
    const launch = (...args: string[]): ChildProcess =>
      spawn(path, ['-f', file, '-db', ...args], { stdio: 'ignore' });
    let current = launch();
    const forget = clearAtExit(() => clear(current, folder));
    await waitForPort(port);
    return {
      port,
      async renew() {
        const old = current;
        current = launch('-sf', `${old.pid}`);
        if (old.exitCode === null) await once(old, 'exit');
      },
      close: () => end(current, folder).finally(forget),
    };
  },
};

async function end(child: ChildProcess, folder: string): Promise<void> {
  const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
  child.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}

/** The same where nothing can be waited for any more. */
function clear(child: ChildProcess, folder: string): void {
  child.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}

async function waitForPort(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await listens(port)) return;
    await delay(25);
  }
  throw new Error(`nothing listens at port ${port}`);
}
