// A TCP proxy that a test can break: it forwards bytes between clients and one server, resets connections as a pulled
// cable would, or holds what the server sends as a stuck line does. It knows nothing of WebSockets.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A server: at a port of the loopback, or of another host. */
export type Target = number | { readonly port: number; readonly host: string };

/** A proxy that can be broken. */
export interface CuttingProxy {
  readonly port: number;
  /** Connections that clients have made since it was started. */
  readonly accepted: number;
  /** Connections that are open. */
  readonly connections: number;
  /** Where it forwards to, or several, in turn; where there is none, clients are turned away. */
  target: Target | readonly Target[] | undefined;
  /** Resets every connection, on both sides. */
  cut(): void;
  /** `true`: what the server sends is held until `false`. */
  stall(isStalled: boolean): void;
  /** From now on what either end sends on the connections that are open vanishes. */
  blackHole(): void;
  /** Resets the clients' sides alone: the server goes on talking into the void, which `hear` is shown. */
  abandon(hear?: (bytes: Buffer) => void): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** Starts a proxy on a free port of the loopback. `onSocket` is shown every socket that it holds. */
export async function startCuttingProxy(onSocket: (socket: Socket) => void): Promise<CuttingProxy> {
  const pairs = new Set<Pair>();
  const abandoned = new Set<Socket>();
  let accepted = 0;
  let forwarded = 0;
  let isStalled = false;

  const listener = createServer((client) => {
    accepted += 1;
    onSocket(client);
    const targets = [proxy.target ?? []].flat();
    const target = targets[forwarded % targets.length];
    if (target === undefined) {
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    forwarded += 1;
    const server = connect(typeof target === 'number' ? { port: target, host: '127.0.0.1' } : target);
    onSocket(server);
    const pair = { client, server };
    pairs.add(pair);
    const isTogether = (): boolean => !abandoned.has(server);
    forward(client, server, isTogether);
    forward(server, client, isTogether);
    if (isStalled) hold(pair);
    server.on('close', () => {
      pairs.delete(pair);
      abandoned.delete(server);
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  const proxy: CuttingProxy = {
    port: (listener.address() as AddressInfo).port,
    target: undefined,
    get accepted() {
      return accepted;
    },
    get connections() {
      return pairs.size;
    },
    cut() {
      for (const { client, server } of pairs) {
        client.resetAndDestroy();
        server.resetAndDestroy();
      }
    },
    stall(stalled) {
      isStalled = stalled;
      for (const pair of pairs) {
        if (stalled) hold(pair);
        else pair.server.pipe(pair.client);
      }
    },
    blackHole() {
      for (const pair of pairs) {
        part(pair);
        pair.client.resume();
        pair.server.resume();
      }
    },
    abandon(hear) {
      for (const pair of pairs) {
        pairs.delete(pair);
        abandoned.add(pair.server);
        part(pair);
        if (hear) pair.server.on('data', hear);
        pair.server.resume();
        pair.client.resetAndDestroy();
      }
    },
    async close() {
      proxy.cut();
      for (const server of abandoned) server.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
  return proxy;
}

/** What is read here is written there, and what ends here ends there: with a reset where this end was reset. */
function forward(from: Socket, to: Socket, isTogether: () => boolean): void {
  from.setNoDelay(true);
  from.pipe(to);
  from.on('error', () => isTogether() && to.resetAndDestroy());
  from.on('close', () => isTogether() && to.destroySoon());
}

function part({ client, server }: Pair): void {
  client.unpipe(server);
  server.unpipe(client);
}

function hold({ client, server }: Pair): void {
  server.unpipe(client);
  server.pause();
}
