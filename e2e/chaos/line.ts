// One client and the proxy between it and the server, which is where its line is broken.
import { startCuttingProxy, type CuttingProxy } from '../behaviour/cutting-proxy.js';
import type { Contender } from './contender.js';
import type { Account } from './ledger.js';
import { createDeferred, within } from './promise.js';

/** How long a client may take to connect, or to come back, before the row fails. */
const patienceMs = 20_000;

/** One return of a client. */
export interface Return {
  readonly isResumed: boolean;
  /** From the new connection's first packet until the client counts as connected. */
  readonly takeoverMs: number;
  /** From the fault until then. */
  readonly backMs: number;
}

/** A client that talks. */
export interface Talker {
  /** Sends the next number. */
  send(): void;
  close(): Promise<void>;
}

/** One client behind a proxy of its own. */
export interface Line extends Talker {
  readonly proxy: CuttingProxy;
  readonly returns: readonly Return[];
  /** Begins a fault, and resolves once the client is back. */
  breakBy(fault: () => void | Promise<void>): Promise<void>;
}

/** Connects a client through a new proxy to the server at `port`. */
export async function openLine(
  contender: Contender,
  key: string,
  port: number,
  { down, up }: Account,
): Promise<Line> {
  const returns: Return[] = [];
  let acceptedAt = 0;
  let brokenAt = 0;
  let back = createDeferred<void>();
  const proxy: CuttingProxy = await startCuttingProxy((socket) => {
    if (socket.localPort === proxy.port) acceptedAt = performance.now();
  });
  proxy.target = port;
  const client = await within(
    patienceMs,
    `connecting ${key}`,
    contender.connect(`ws://127.0.0.1:${proxy.port}/`, key, {
      returned(isResumed) {
        const now = performance.now();
        returns.push({ isResumed, takeoverMs: now - acceptedAt, backMs: now - brokenAt });
        back.resolve();
      },
      received: (message) => down[message.stream].received(message),
      missed: (stream) => down[stream].missed(),
      doubted: (n) => up.doubted(n),
      answered: (n) => up.answered(n),
    }),
  );
  return {
    proxy,
    returns,
    send() {
      const n = up.sent + 1;
      const sent = client.send(n);
      if (sent !== 'refused') up.accepted(n, sent === 'awaits an answer');
    },
    async breakBy(fault) {
      back = createDeferred();
      brokenAt = performance.now();
      await fault();
      await within(patienceMs, `the return of ${key}`, back.promise);
    },
    async close() {
      client.close();
      await proxy.close();
    },
  };
}
