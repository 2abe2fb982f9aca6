// Wirepact's server as the conformance cases meet it: everything on, and a contract that echoes.
import { defineChannels } from '@wirepact/core';
import { SocketManager, type DisconnectReason } from '@wirepact/server';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';

const channels = defineChannels({ echo: { in: z.string(), out: z.string() } });

export interface EchoServer {
  readonly url: string;
  /** How connections ended, as the application was told. */
  readonly ended: readonly DisconnectReason[];
  /** Resolves once every connection has ended. */
  untilEmpty(): Promise<void>;
  readonly sockets: SocketManager<typeof channels>;
}

/** Closed when the test is over, which fails if the server had an error to report. */
export async function startEchoServer(
  maxMessageBytes?: number,
  compression: boolean = false,
): Promise<EchoServer> {
  const ended: DisconnectReason[] = [];
  const errors: unknown[] = [];
  let wake = (): void => undefined;
  const sockets = new SocketManager(channels, {
    compression,
    // some cases send a thousand binary messages, each of which is a bad frame to this server
    hosts: ['127.0.0.1', 'server.example'],
    limits: { badFramesPer10s: 10_000, ...(maxMessageBytes !== undefined && { maxMessageBytes }) },
    ...(maxMessageBytes !== undefined && {
      // what is echoed must fit on its way out as well
      backpressure: { hardBytes: 2 * maxMessageBytes },
    }),
    event: {
      onDisconnect(_socket, reason) {
        ended.push(reason);
        wake();
      },
    },
    routes: { echo: (_socket, text) => text },
    onError: (error) => void errors.push(error),
  });
  const { url } = await sockets.listen({ port: 0, path: '/ws', host: '127.0.0.1' });
  onTestFinished(async () => {
    await sockets.close();
    expect(errors).toEqual([]);
  });
  return {
    url,
    ended,
    sockets,
    async untilEmpty() {
      while (sockets.stats().clients > 0) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}
