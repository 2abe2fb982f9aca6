import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect as connectTcp, type AddressInfo } from 'node:net';
import { defineChannels } from '@wirepact/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { whereabouts } from './own-server.js';
import { SocketManager } from '../socket-manager.js';

const channels = defineChannels({ output: { out: z.string() } });

function make() {
  const errors: unknown[] = [];
  const sockets = new SocketManager(channels, { onError: (error) => errors.push(error) });
  onTestFinished(() => sockets.close());
  return { sockets, errors };
}

const host = '127.0.0.1';

describe('listen', () => {
  it('says where it listens, and answers what is no upgrade', async () => {
    const { sockets } = make();
    const { port, url, server } = await sockets.listen({ port: 0, path: '/ws', host });
    expect(url).toBe(`ws://${host}:${port}/ws`);
    expect((server.address() as AddressInfo).port).toBe(port);
    const endpoint = await fetch(`http://${host}:${port}/ws?a=1`);
    expect([endpoint.status, endpoint.headers.get('upgrade'), await endpoint.text()]).toEqual([
      426,
      'websocket',
      'this is a WebSocket endpoint\n',
    ]);
    expect((await fetch(`http://${host}:${port}/other`)).status).toBe(404);
  });

  it.each([
    [undefined, 'localhost'],
    ['', 'localhost'],
    ['0.0.0.0', 'localhost'],
    ['::', 'localhost'],
    ['localhost', 'localhost'],
    ['127.0.0.2', '127.0.0.2'],
    ['::1', '[::1]'],
    ['app.internal', 'app.internal'],
  ])('on the host %s can be reached at %s', (given, name) => {
    const server = { address: () => ({ port: 80 }) } as unknown as Server;
    expect(whereabouts(server, '/ws', given)).toEqual({ port: 80, url: `ws://${name}:80/ws` });
  });

  it('has little patience with headers', async () => {
    const { sockets } = make();
    const { server, port } = await sockets.listen({ port: 0, host });
    expect(server).toMatchObject({ headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 });
    const response = await fetch(`http://${host}:${port}/`, { headers: { big: 'x'.repeat(9_000) } });
    expect(response.status).toBe(431);
  });

  it('rejects when the port is taken, and leaves nothing behind', async () => {
    const [first, second] = [make().sockets, make().sockets];
    const { port } = await first.listen({ port: 0, host });
    await expect(second.listen({ port, host })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await second.close();
  });

  it('throws for a path that is none before anything listens', async () => {
    await expect(make().sockets.listen({ port: 0, path: 'ws' })).rejects.toThrow('must begin with "/"');
  });

  it('rejects on a manager that is closed, or is closed meanwhile', async () => {
    const { sockets } = make();
    const meanwhile = sockets.listen({ port: 0, host });
    const outcome = expect(meanwhile).rejects.toThrow('closed');
    await sockets.close();
    await outcome;
    await expect(sockets.listen({ port: 0, host })).rejects.toMatchObject({ code: 'closed' });
  });

  it('reports what goes wrong with its server later, which ends no process', async () => {
    const { sockets, errors } = make();
    const { server } = await sockets.listen({ port: 0, host });
    const fault = new Error('too many open files');
    server.emit('error', fault);
    expect(errors).toEqual([fault]);
  });

  it('may be called for several ports, which close closes', async () => {
    const { sockets } = make();
    const [one, other] = [await sockets.listen({ port: 0, host }), await sockets.listen({ port: 0, host })];
    await sockets.close();
    expect([one.server.listening, other.server.listening]).toEqual([false, false]);
  });
});

it('close does not wait for connections that are kept alive', async () => {
  const { sockets } = make();
  const { port, server } = await sockets.listen({ port: 0, host });
  const idle = connectTcp(port, host);
  await once(server, 'connection');
  const gone = once(idle, 'close');
  await sockets.close();
  await gone;
});
