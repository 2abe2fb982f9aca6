// The smallest endpoint that shows which one answered: it greets by its name and echoes.
import { defineChannels } from '@wirepact/core';
import { SocketManager } from '@wirepact/server';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

const channels = defineChannels({
  hello: { out: z.string() },
  echo: { in: z.string(), out: z.string() },
});

export type EchoEndpoint = SocketManager<typeof channels>;

/** Closed when the test is over. */
export function createEchoEndpoint(name = 'echo'): EchoEndpoint {
  const sockets = new SocketManager(channels, {
    event: { onConnect: (socket) => socket.send('hello', name) },
    routes: { echo: (_socket, text) => text },
    rooms: { authorize: () => true },
  });
  onTestFinished(() => sockets.close());
  return sockets;
}
