// One client and the proxy between it and the server, which is where its line is broken.
import type { Account } from './account.js';
import { startCuttingProxy, type CuttingProxy, type Target } from '../behaviour/cutting-proxy.js';
import type { Contender } from './contender.js';

import { nowMs } from './now-ms.js';
import { createDeferred, within } from './promise.js';

/** How long a client may take to connect, or to come back, before the row fails. */
const patienceMs = 20_000;

/** One return of a client. */
interface Return {
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
  /** When each of its connections was accepted, as `performance.now()` says it. */
  readonly acceptedAtMs: readonly number[];
  /** Old connections, abandoned, that the server has not closed with the code of a takeover. */
  readonly leftOpen: number;
  /** Resets the client's end; the server goes on believing in its own. */
  abandon(): void;
  /** Begins a fault, and resolves once the client is back. */
  breakBy(fault: () => void | Promise<void>): Promise<void>;
}

/** Connects a client through a new proxy to the server; `newestRun` says which process is the newest. */
export async function openLine(
  contender: Contender,
  target: Target,
  { key, heard, sent }: Account,
  newestRun: () => number,
): Promise<Line> {
  const returns: Return[] = [];
  let leftOpen = 0;
  const acceptedAtMs: number[] = [];
  let brokenAt = 0;
  let back = createDeferred<void>();
  const proxy: CuttingProxy = await startCuttingProxy((socket) => {
    if (socket.localPort === proxy.port) acceptedAtMs.push(performance.now());
  });
  proxy.target = target;
  const client = await within(
    patienceMs,
    `connecting ${key}`,
    contender.connect(`ws://127.0.0.1:${proxy.port}/`, key, {
      returned(isResumed) {
        const now = performance.now();
        returns.push({ isResumed, takeoverMs: now - (acceptedAtMs.at(-1) ?? 0), backMs: now - brokenAt });
        back.resolve();
      },
      parted: () => undefined,
      received: (message) => heard[message.stream].push(message),
      missed: (stream, mayBeEmpty) => heard[stream].push({ mayBeEmpty, atMs: nowMs() }),
      doubted(n) {
        const sending = sent[n - 1];
        if (sending) sending.state = 'unknown';
      },
      answered(n) {
        const sending = sent[n - 1];
        if (sending === undefined) return;
        [sending.state, sending.answeredIn] = ['answered', newestRun()];
        sending.answeredAtMs = nowMs();
      },
    }),
  );
  return {
    proxy,
    returns,
    acceptedAtMs,
    get leftOpen() {
      return leftOpen;
    },
    abandon() {
      const { takeoverCode } = contender;
      if (takeoverCode === undefined) return proxy.abandon();
      leftOpen += 1;
      proxy.abandon((bytes) => {
        if (isClosing(bytes, takeoverCode)) leftOpen -= 1;
      });
    },
    send() {
      const taken = client.send(sent.length + 1);
      if (!taken) return;
      const { isAwaited, mayRunAgain } = taken;
      sent.push({ mayRunAgain, state: isAwaited ? 'awaited' : 'accepted' });
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

/** Whether bytes of a server's have a close frame with this code in them (RFC 6455 section 5.5.1). */
function isClosing(bytes: Buffer, code: number): boolean {
  const at = bytes.indexOf(Buffer.from([code >> 8, code & 0xff]));
  return at >= 2 && bytes[at - 2] === 0x88;
}
