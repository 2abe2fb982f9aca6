// Opening and closing over real sockets: what is left when a manager is closed, and who is let in meanwhile.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as connectTcp, type AddressInfo } from 'node:net';
import { defineChannels } from '@wirepact/core';
import { createManualClock } from '@wirepact/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { SocketManagerOptions } from './options.js';
import { SocketManager } from './socket-manager.js';

const channels = defineChannels({ output: { out: z.string() } });

type Options = SocketManagerOptions<typeof channels, undefined>;

async function start(options: Options = {}) {
  const clock = createManualClock();
  const sockets = new SocketManager(channels, { clock, ...options });
  const server = createServer((request, response) => sockets.handleRequest(request, response));
  const detach = sockets.attach(server, { path: '/ws' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    await sockets.close();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    expect(clock.pending).toBe(0);
    expect(server.listenerCount('upgrade')).toBe(0);
  });
  const { port } = server.address() as AddressInfo;
  const open = (path = '/ws', protocols: string[] = []): WebSocket => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols);
    socket.on('error', () => undefined);
    return socket;
  };
  return { sockets, server, detach, clock, port, open };
}

/** The bytes of an upgrade by hand, for what a proper client would not do. */
function rawUpgrade(port: number, extra = '', version = 13) {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      `Sec-WebSocket-Version: ${version}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${extra}\r\n`,
  );
  return socket;
}

const refusalOf = async (socket: WebSocket): Promise<number | undefined> => {
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }];
  return response.statusCode;
};

describe('an upgrade that is handed over twice', () => {
  it('by attach and by handleUpgrade is taken once, and onError is told', async () => {
    const errors: unknown[] = [];
    let asked = 0;
    const { sockets, server, open } = await start({
      onError: (error) => errors.push(error),
      authenticate: () => void (asked += 1),
    });
    const handOver = (...upgrade: Parameters<typeof sockets.handleUpgrade>): void =>
      sockets.handleUpgrade(...upgrade);
    server.on('upgrade', handOver);
    onTestFinished(() => void server.off('upgrade', handOver));
    await once(open(), 'open');
    expect([asked, sockets.countClients]).toEqual([1, 1]);
    expect(errors).toMatchObject([{ name: 'TypeError' }]);
    expect(String(errors[0])).toContain('the upgrade at /ws was handed over twice');
  });

  it('to a server of somebody else as well ends that connection, and onError is told', async () => {
    const errors: unknown[] = [];
    const { sockets, server, open } = await start({ onError: (error) => errors.push(error) });
    const other = new WebSocketServer({ noServer: true });
    const handOver = (...upgrade: Parameters<typeof sockets.handleUpgrade>): void =>
      other.handleUpgrade(...upgrade, () => undefined);
    server.on('upgrade', handOver);
    onTestFinished(() => void server.off('upgrade', handOver));
    const socket = open();
    await once(socket, 'close');
    expect(errors).toHaveLength(1);
    expect(sockets.countClients).toBe(0);
  });
});

describe('close', () => {
  it('closes every client with 1001 and resolves when all sockets are gone', async () => {
    const { sockets, server, open } = await start();
    const clients = [open(), open(), open('/ws', ['wirepact.v1'])];
    await Promise.all(clients.map((client) => once(client, 'open')));
    const closed = Promise.all(clients.map((client) => once(client, 'close')));
    await sockets.close();
    expect(await new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(0);
    expect((await closed).map(([code]) => code as number)).toEqual([1001, 1001, 1001]);
    expect(sockets.stats()).toMatchObject({ clients: 0, rooms: 0 });
  });

  it('may be called twice, at once and later', async () => {
    const { sockets, open } = await start();
    await once(open(), 'open');
    await Promise.all([sockets.close(), sockets.close()]);
    await sockets.close();
    await sockets[Symbol.asyncDispose]();
  });

  it('answers upgrades that are being decided about with 503', async () => {
    let asked = (): void => undefined;
    const asking = new Promise<void>((resolve) => (asked = resolve));
    const { sockets, open } = await start({
      authenticate: () => {
        asked();
        return new Promise<undefined>(() => undefined);
      },
    });
    const client = open('/ws', ['wirepact.v1']);
    await asking;
    const refused = refusalOf(client);
    await sockets.close();
    expect(await refused).toBe(503);
    client.terminate();
  });

  it('cuts off a client that was refused and does not answer', async () => {
    const { sockets, clock, port } = await start({
      authenticate: () => {
        throw new Error('down');
      },
    });
    const socket = rawUpgrade(port, 'Sec-WebSocket-Protocol: wirepact.v1\r\n');
    await once(socket, 'data');
    const gone = once(socket, 'close');
    const closing = sockets.close();
    clock.advance(1_000);
    await closing;
    await gone;
  });
});

describe('attach', () => {
  it('takes upgrades at its path until it is detached; clients that are here stay', async () => {
    const { sockets, detach, open } = await start();
    const client = open();
    await once(client, 'open');
    // nobody else is there to answer
    expect(await refusalOf(open('/other'))).toBe(404);
    detach();
    detach();
    expect(await refusalOf(open())).toBe(426);
    expect(sockets.countClients).toBe(1);
    sockets.sendToAll('output', 'still here');
    await once(client, 'message');
  });
});

describe('an upgrade', () => {
  it('whose peer goes away while it is decided about harms nobody', async () => {
    let decide = (): void => undefined;
    let asked = (): void => undefined;
    const asking = new Promise<void>((resolve) => (asked = resolve));
    const { sockets, server, port } = await start({
      authenticate: () =>
        new Promise<undefined>((resolve) => {
          decide = () => resolve(undefined);
          asked();
        }),
    });
    const [raw] = await Promise.all([Promise.resolve(rawUpgrade(port)), asking]);
    const accepted = new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
    expect(await accepted).toBe(1);
    raw.resetAndDestroy();
    await once(raw, 'close');
    decide();
    await sockets.close();
    expect(sockets.stats().clients).toBe(0);
  });

  it.each([
    ['a version of WebSocket that is none', '', 7, '426'],
    ['a subprotocol that is none', 'Sec-WebSocket-Protocol: a,,b\r\n', 13, '400'],
  ])('with %s is answered by an error', async (_what, extra, version, status) => {
    const { sockets, port } = await start();
    const [data] = (await once(rawUpgrade(port, extra, version), 'data')) as [Buffer];
    expect(data.toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(sockets.countClients).toBe(0);
  });
});

it('stats counts what happened', async () => {
  const { sockets, open } = await start({
    origins: ['https://app.example'],
    event: { onConnect: (s) => s.join('a') },
  });
  const client = open();
  await once(client, 'open');
  expect(sockets.stats()).toMatchObject({ clients: 1, rooms: 1, connected: 1, disconnected: 0 });
  const copy = sockets.stats();
  client.close();
  await once(client, 'close');
  expect(copy.connected).toBe(1);
});
