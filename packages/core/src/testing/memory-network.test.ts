import { describe, expect, it, onTestFinished } from 'vitest';
import type { Transport } from '../transport.js';
import { createMemoryNetwork, type Acceptor, type MemoryNetwork } from './memory-network.js';
import type { MemorySocket } from './memory-socket.js';

/** A server that accepts everybody and writes down what it hears. */
function createRecorder(protocol?: string) {
  const heard: unknown[] = [];
  const transports: Transport[] = [];
  const requests: Parameters<Acceptor['admit']>[0][] = [];
  const acceptor: Acceptor = {
    admit: async (request) => {
      requests.push(request);
      return {
        accepted: true,
        protocol,
        open(transport) {
          transports.push(transport);
          transport.listen({
            message: (text) => heard.push(text),
            drained: () => heard.push('drained'),
            closed: (code, reason) => heard.push({ code, reason }),
          });
        },
      };
    },
  };
  return { acceptor, heard, transports, requests };
}

function connect(network: MemoryNetwork, url = 'ws://host/', protocols?: string[]) {
  const heard: unknown[] = [];
  const socket: MemorySocket = new network.WebSocket(url, protocols);
  socket.addEventListener('open', () => heard.push('open'));
  socket.addEventListener('error', () => heard.push('error'));
  socket.addEventListener('message', ({ data }: { data: string }) => heard.push(data));
  socket.addEventListener('close', ({ code, reason }: { code: number; reason: string }) =>
    heard.push({ code, reason }),
  );
  return { socket, heard };
}

async function start(protocol?: string) {
  const network = createMemoryNetwork();
  const server = createRecorder(protocol);
  network.listen('/', server.acceptor);
  const client = connect(network);
  await network.settle();
  return { network, server, client, transport: server.transports[0]! };
}

describe('a connection in memory', () => {
  it('carries what both ends send, in order', async () => {
    const { network, server, client, transport } = await start();
    for (const text of ['a', 'b']) {
      client.socket.send(text);
      transport.send(text.toUpperCase());
    }
    expect(server.heard).toEqual([]);
    await network.settle();
    expect(server.heard.filter((text) => text !== 'drained')).toEqual(['a', 'b']);
    expect(client.heard).toEqual(['open', 'A', 'B']);
    expect(transport.receivedBytes).toBe(2);
  });

  it('says what was requested and agrees on what the server chose', async () => {
    const network = createMemoryNetwork();
    const server = createRecorder('v1');
    network.listen('/ws', server.acceptor);
    const { socket } = connect(network, 'ws://host:80/ws?a=1', ['v1', 'token']);
    await network.settle();
    expect(server.requests).toEqual([
      {
        headers: { host: 'host:80', 'sec-websocket-protocol': 'v1, token' },
        url: '/ws?a=1',
        remoteAddress: '127.0.0.1',
        encrypted: false,
      },
    ]);
    expect(socket.protocol).toBe('v1');
    expect(network.upgrades).toBe(1);
    expect(network.connections).toBe(1);
  });

  it.each(['nobody listens', 'the network is down', 'the server refuses'])('fails when %s', async (why) => {
    const network = createMemoryNetwork();
    if (why === 'the server refuses') {
      network.listen('/', { admit: async () => ({ accepted: false, status: 403, reason: 'no' }) });
    } else if (why === 'the network is down') {
      network.listen('/', createRecorder().acceptor);
      network.isUp = false;
    }
    const { heard, socket } = connect(network);
    await network.settle();
    expect(heard).toEqual(['error', { code: 1006, reason: '' }]);
    expect(socket.readyState).toBe(3);
    expect(network.connections).toBe(0);
  });

  it('is closed by either end, and tells both once', async () => {
    for (const end of ['client', 'server'] as const) {
      const { network, server, client, transport } = await start();
      const closer = end === 'client' ? client.socket : transport;
      closer.close(4000, 'why');
      closer.close(4001, 'again');
      if (end === 'server') transport.terminate();
      await network.settle();
      expect(client.heard).toEqual(['open', { code: 4000, reason: 'why' }]);
      expect(server.heard).toEqual([{ code: 4000, reason: 'why' }]);
      expect(network.connections).toBe(0);
    }
  });

  it('hands over what was sent before the close', async () => {
    const { network, client, transport } = await start();
    transport.send('last');
    transport.close(1000, '');
    transport.send('too late');
    await network.settle();
    expect(client.heard).toEqual(['open', 'last', { code: 1000, reason: '' }]);
  });

  it('is cut without a close frame', async () => {
    const { network, server, client } = await start();
    network.cut();
    await network.settle();
    expect(client.heard).toEqual(['open', { code: 1006, reason: '' }]);
    expect(server.heard).toEqual([{ code: 1006, reason: '' }]);
  });

  it('holds what a client that does not read is sent, and says when it was taken', async () => {
    const { network, server, client, transport } = await start();
    network.stall(true);
    transport.send('12345');
    transport.ping();
    await network.settle();
    expect(transport.bufferedBytes).toBe(5);
    expect(transport.receivedBytes).toBe(0);
    network.stall(false);
    await network.settle();
    expect(transport.bufferedBytes).toBe(0);
    expect(client.heard).toEqual(['open', '12345']);
    expect(server.heard).toEqual(['drained']);
  });

  it('does not read while it is paused', async () => {
    const { network, server, client, transport } = await start();
    transport.pause();
    client.socket.send('a');
    await network.settle();
    expect(server.heard).toEqual([]);
    transport.resume();
    await network.settle();
    expect(server.heard).toEqual(['a']);
  });

  it('hears out a client that closes while it is paused, and not one that is cut', async () => {
    for (const isCut of [false, true]) {
      const { network, server, client, transport } = await start();
      transport.pause();
      for (const text of ['a', 'b']) client.socket.send(text);
      await network.settle();
      expect(server.heard).toEqual([]);
      if (isCut) network.cut();
      else client.socket.close(1000);
      await network.settle();
      const close = { code: isCut ? 1006 : 1000, reason: '' };
      expect(server.heard).toEqual(isCut ? [close] : ['a', 'b', close]);
    }
  });

  it('shows by its bytes that a ping was answered', async () => {
    const { network, transport } = await start();
    transport.ping();
    await network.settle();
    expect(transport.receivedBytes).toBeGreaterThan(0);
  });

  it('goes on after a listener has thrown', async () => {
    const { network, server, client } = await start();
    const failed: unknown[] = [];
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', (error) => failed.push(error));
    onTestFinished(() => {
      process.removeAllListeners('unhandledRejection');
      for (const listener of others) process.on('unhandledRejection', listener);
    });
    client.socket.addEventListener('message', () => {
      throw new Error('in a listener');
    });
    server.transports[0]!.send('a');
    await network.settle();
    client.socket.send('b');
    await network.settle();
    expect(server.heard).toContain('b');
    expect(failed).toMatchObject([{ message: 'in a listener' }]);
  });
});
