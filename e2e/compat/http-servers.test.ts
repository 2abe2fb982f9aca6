// An endpoint inside other people's servers: taken over by a controller of theirs, or attached beside everything else.
import { createServer, type Server } from 'node:http';
import { SocketManager } from '@wirepact/server';
import express from 'express';
import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { createEchoEndpoint, type EchoEndpoint } from './echo-endpoint.js';
import { listen } from './listen.js';
import { PlainPage, refusalOf } from './plain-page.js';

/** Each gives an HTTP server whose own controller hands `/ws` on, and answers `/page` itself. */
const controllers: Record<string, (sockets: EchoEndpoint) => Promise<Server> | Server> = {
  'node:http'(sockets) {
    const server = createServer((request, response) => {
      if (request.url === '/ws') sockets.handleRequest(request, response);
      else response.end('a page');
    });
    server.on('upgrade', (request, socket, head) => {
      if (request.url === '/ws') sockets.handleUpgrade(request, socket, head);
      else socket.destroy();
    });
    return server;
  },

  Express(sockets) {
    const app = express();
    app.get('/page', (_request, response) => void response.send('a page'));
    app.all('/ws', (request, response) => sockets.handleRequest(request, response));
    const server = createServer(app);
    server.on('upgrade', (request, socket, head) => {
      if (request.url === '/ws') sockets.handleUpgrade(request, socket, head);
      else socket.destroy();
    });
    return server;
  },

  async Fastify(sockets) {
    const app = fastify();
    app.get('/page', () => 'a page');
    app.all('/ws', (request, reply) => {
      reply.hijack();
      sockets.handleRequest(request.raw, reply.raw);
    });
    app.server.on('upgrade', (request, socket, head) => {
      if (request.url === '/ws') sockets.handleUpgrade(request, socket, head);
      else socket.destroy();
    });
    await app.ready();
    return app.server;
  },
};

describe.each(Object.keys(controllers))('a controller of %s', (name) => {
  it('hands upgrades on, and what is none', async () => {
    const sockets = createEchoEndpoint();
    const port = await listen(await controllers[name]!(sockets));

    await using page = await PlainPage.open(`ws://localhost:${port}/ws`);
    expect(await page.say({ path: 'echo', data: 'hi' })).toEqual([
      { path: 'hello', data: 'echo' },
      { path: 'echo', data: 'hi' },
    ]);
    const ordinary = await fetch(`http://localhost:${port}/ws`);
    expect([ordinary.status, await ordinary.text()]).toEqual([426, 'this is a WebSocket endpoint\n']);
    expect(await (await fetch(`http://localhost:${port}/page`)).text()).toBe('a page');
  });

  it('may be joined by an endpoint that is attached', async () => {
    const server = await controllers[name]!(createEchoEndpoint());
    server.removeAllListeners('upgrade');
    createEchoEndpoint('attached').attach(server, { path: '/live' });
    const port = await listen(server);

    await using page = await PlainPage.open(`ws://localhost:${port}/live`);
    expect(await page.say()).toEqual([{ path: 'hello', data: 'attached' }]);
    expect(await (await fetch(`http://localhost:${port}/page`)).text()).toBe('a page');
  });
});

describe('several endpoints on one server', () => {
  it('keeps the events, rooms and broadcasts of each to itself', async () => {
    const server = createServer();
    const [clients, admins] = [createEchoEndpoint('clients'), createEchoEndpoint('admins')];
    clients.attach(server, { path: '/clients' });
    admins.attach(server, { path: '/admins' });
    const port = await listen(server);
    await using client = await PlainPage.open(`ws://localhost:${port}/clients?page=1`);
    await using admin = await PlainPage.open(`ws://localhost:${port}/admins`);
    expect(await client.say()).toEqual([{ path: 'hello', data: 'clients' }]);
    expect(await admin.say()).toEqual([{ path: 'hello', data: 'admins' }]);

    for (const socket of [...clients.clients(), ...admins.clients()]) socket.join('lobby');
    clients.room('lobby').send('echo', 'in the lobby');
    clients.sendToAll('echo', 'to all');
    expect(await client.say()).toHaveLength(2);
    expect(await admin.say()).toEqual([]);
    const [someone] = clients.clients();
    expect(admins.client(someone!.id)).toBeUndefined();
    expect(() => admins.attach(server, { path: '/clients' })).toThrow(/attached to this server already/);
  });

  it('answers 404 at other paths while nobody else listens', async () => {
    const server = createServer();
    const detach = createEchoEndpoint('one').attach(server, { path: '/one' });
    createEchoEndpoint('two').attach(server, { path: '/two' });
    const port = await listen(server);
    expect(await refusalOf(`ws://localhost:${port}/nope`)).toBe(404);
    expect(await refusalOf(`ws://localhost:${port}/one/more`)).toBe(404);

    detach();
    expect(await refusalOf(`ws://localhost:${port}/one`)).toBe(404);
    expect(await refusalOf(`ws://localhost:${port}/two`)).toBeUndefined();
  });

  it('leaves other paths to others while somebody else listens', async () => {
    const server = createServer();
    createEchoEndpoint('ours').attach(server, { path: '/ours' });
    server.on('upgrade', (request, socket) => {
      if (request.url === '/theirs') socket.end('HTTP/1.1 418 Teapot\r\nConnection: close\r\n\r\n');
    });
    const port = await listen(server);

    expect(await refusalOf(`ws://localhost:${port}/theirs`)).toBe(418);
    await using ours = await PlainPage.open(`ws://localhost:${port}/ours`);
    expect(await ours.say()).toEqual([{ path: 'hello', data: 'ours' }]);
  });

  it('keeps no listener on a server that it was detached from', async () => {
    const server = createServer();
    await using sockets = new SocketManager({});
    const detachers = ['/a', '/b'].map((path) => sockets.attach(server, { path }));
    expect(server.listenerCount('upgrade')).toBe(1);
    for (const detach of detachers) detach();
    expect(server.listenerCount('upgrade')).toBe(0);
    sockets.attach(server, { path: '/a' });
    await sockets.close();
    expect(server.listenerCount('upgrade')).toBe(0);
  });
});
