// One HTTP server for everything in development: Vite's middleware, its hot updates, and endpoints of ours.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createServer as createViteServer, type ViteDevServer } from 'vite';
import { WebSocket } from 'ws';
import { createEchoEndpoint } from './echo-endpoint.js';
import { listen } from './listen.js';
import { PlainPage } from './plain-page.js';

async function addVite(server: Server): Promise<ViteDevServer> {
  const root = mkdtempSync(join(tmpdir(), 'beside-vite-'));
  writeFileSync(join(root, 'index.html'), '<title>a page</title>');
  const vite = await createViteServer({
    root,
    configFile: false,
    logLevel: 'silent',
    server: { middlewareMode: true, hmr: { server }, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
  server.on('request', vite.middlewares);
  onTestFinished(async () => {
    await vite.close();
    rmSync(root, { recursive: true });
  });
  return vite;
}

/** The socket of a page's hot updates, with the token that Vite gives to its own pages only. */
async function openHotUpdates(port: number): Promise<WebSocket> {
  const origin = `http://localhost:${port}`;
  const client = await (await fetch(`${origin}/@vite/client`)).text();
  const [, token] = /wsToken = "([^"]+)"/.exec(client) ?? [];
  const socket = new WebSocket(`ws://localhost:${port}/?token=${token}`, 'vite-hmr', { origin });
  onTestFinished(() => socket.terminate());
  return socket;
}

it.each(['before', 'after'])('serves an endpoint that was attached %s Vite', async (when) => {
  const server = createServer();
  const sockets = createEchoEndpoint('ours');
  if (when === 'before') sockets.attach(server, { path: '/ws' });
  const vite = await addVite(server);
  if (when === 'after') sockets.attach(server, { path: '/ws' });
  const port = await listen(server);

  expect(await (await fetch(`http://localhost:${port}/`)).text()).toContain('a page');
  const hot = await openHotUpdates(port);
  const [greeting] = (await once(hot, 'message')) as [Buffer];
  expect(JSON.parse(greeting.toString())).toEqual({ type: 'connected' });

  await using page = await PlainPage.open(`ws://localhost:${port}/ws`);
  expect(await page.say({ path: 'echo', data: 'hi' })).toEqual([
    { path: 'hello', data: 'ours' },
    { path: 'echo', data: 'hi' },
  ]);

  const update = once(hot, 'message');
  vite.environments.client.hot.send({ type: 'full-reload' });
  expect(JSON.parse(String((await update)[0]))).toMatchObject({ type: 'full-reload' });
  sockets.sendToAll('echo', 'not for hot updates');
  expect(await page.say()).toHaveLength(1);
  expect(sockets.countClients).toBe(1);
});
