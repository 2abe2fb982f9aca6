// How long browsers may keep the files of the page.
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createPage } from './page.js';

async function start(): Promise<(path: string) => Promise<string | null>> {
  const parent = await mkdtemp(join(tmpdir(), 'page-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  // where the chat itself lies must not matter
  const folder = join(parent, 'assets', 'chat');
  await mkdir(join(folder, 'assets'), { recursive: true });
  for (const file of ['index.html', 'assets/app-1f3a.js']) await writeFile(join(folder, file), '');
  const server = createServer(createPage(folder)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).headers.get('cache-control');
}

it('a file whose name changes with its content is kept, and nothing else', async () => {
  const cacheControl = await start();
  expect(await cacheControl('/assets/app-1f3a.js')).toContain('immutable');
  for (const path of ['/', '/index.html', '/assets/', '/assets/nothing']) {
    expect(await cacheControl(path)).toBe('no-cache');
  }
});
