// A TCP proxy that holds back what clients send and delivers it long after they have gone, like a network that was cut in two.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface LateProxy extends AsyncDisposable {
  readonly port: number;
  /** What clients send on the lines that are open is held from now on. */
  hold(): void;
  /** Delivers what was held, even of clients that are gone. Resolves when the server has had its time with it. */
  deliver(): Promise<void>;
}

interface Line {
  readonly server: Socket;
  held: Buffer[] | undefined;
}

export async function startLateProxy(target: number): Promise<LateProxy> {
  const lines = new Set<Line>();
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const line: Line = { server: connect(target, '127.0.0.1'), held: undefined };
    lines.add(line);
    for (const socket of [client, line.server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('data', (bytes: Buffer) => void (line.held?.push(bytes) ?? line.server.write(bytes)));
    // the end of a client is held as well
    client.on('close', () => line.held === undefined && line.server.destroy());
    line.server.on('data', (bytes) => client.write(bytes));
    line.server.on('close', () => client.destroy());
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    hold() {
      for (const line of lines) line.held ??= [];
    },
    async deliver() {
      const late = [...lines].filter(({ held }) => held !== undefined);
      for (const { server, held } of late) server.end(Buffer.concat(held ?? []));
      for (const { server } of late) if (!server.closed) await once(server, 'close');
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
