// A TCP proxy that can make everything take its time, in its order. No system setting does that on every machine.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Stands before a server. */
export interface DelayingProxy extends AsyncDisposable {
  readonly port: number;
  /** How long what arrives from now on is on its way; 0 is at once. */
  nextDelayMs: () => number;
}

/** Listens at an address, and forwards to a server at the same. */
export async function startDelayingProxy(address: string, serverPort: number): Promise<DelayingProxy> {
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const server = connect(serverPort, address);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      forward(from, to, () => proxy.nextDelayMs());
      from.on('close', () => sockets.delete(from));
    }
  });
  listener.listen(0, address);
  await once(listener, 'listening');
  const proxy: DelayingProxy = {
    port: (listener.address() as AddressInfo).port,
    nextDelayMs: () => 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
  return proxy;
}

function forward(from: Socket, to: Socket, nextDelayMs: () => number): void {
  let before: Promise<unknown> = Promise.resolve();
  const inOrder = (act: () => void): void => {
    const delayMs = nextDelayMs();
    before = Promise.all([before, delayMs > 0 && delay(delayMs)]).then(act);
  };
  from.on('data', (bytes) => inOrder(() => to.writable && to.write(bytes)));
  from.on('end', () => inOrder(() => to.end()));
  from.on('error', () => to.destroy());
}
