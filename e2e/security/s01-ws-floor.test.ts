// S1: nothing that ships runs on a `ws` that one client can fill the memory of: not by its range, not as installed here, and
// not when it is tried.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { ping } from '../conformance/rfc6455/frame.js';
import { startServer } from './guarded-server.js';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const floor = [8, 23, 0];

const isOldEnough = (version: string): boolean => {
  const parts = version.split('.').map(Number);
  const first = floor.findIndex((part, index) => parts[index] !== part);
  return first < 0 || (parts[first] ?? 0) > (floor[first] ?? 0);
};

test.each(['server', 'client'])('the range of @wirepact/%s begins at the floor', (name) => {
  const { dependencies } = JSON.parse(read(`packages/${name}/package.json`)) as {
    dependencies: Record<string, string>;
  };
  expect(dependencies['ws']).toBe('>=8.23.0 <9');
});

test('whatever is installed is no older, but for those that we compare ourselves with', () => {
  const lockfile = read('pnpm-lock.yaml');
  // an entry of the second half, and what it depends on
  const dependents = [
    ...lockfile.matchAll(/^ {2}(?:'?)(@?[\w./-]+)@[^:\n]*:\n {4}dependencies:\n((?: {6}.*\n)+)/gm),
  ];
  expect(dependents.length).toBeGreaterThan(100);
  const old = dependents.flatMap(([, name = '', dependencies = '']) => {
    const version = /^ {6}ws: ([\d.]+)/m.exec(dependencies)?.[1];
    return version === undefined || isOldEnough(version) ? [] : [name];
  });
  const contenders = ['engine.io', 'engine.io-client', 'socket.io-adapter'];
  expect(old.filter((name) => !contenders.includes(name))).toEqual([]);
  const direct = [...lockfile.matchAll(/^ {6}ws:\n {8}specifier: .*\n {8}version: ([\d.]+)/gm)];
  expect(direct.length).toBeGreaterThan(0);
  for (const [, version = ''] of direct) expect(isOldEnough(version), version).toBe(true);
});

test('a client that floods pings and never reads is closed, and costs next to nothing', async () => {
  const { sockets } = startServer();
  const { port } = await sockets.listen({ port: 0, host: '127.0.0.1' });
  const attacker = connect(port, '127.0.0.1');
  let isOver = false;
  attacker.on('error', () => (isOver = true)).on('close', () => (isOver = true));
  onTestFinished(() => void attacker.destroy());
  attacker.write(
    'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  await once(attacker, 'data');
  attacker.pause();
  const before = process.memoryUsage().rss;
  const flood = Buffer.concat(Array.from({ length: 2_000 }, () => ping(Buffer.alloc(125, 'p'))));
  let written = 0;
  while (!isOver && written < 200e6) {
    written += flood.length;
    if (attacker.write(flood)) continue;
    await Promise.race([once(attacker, 'drain'), once(attacker, 'close')]).catch(() => (isOver = true));
  }
  expect(isOver).toBe(true);
  expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(60);
  expect(sockets.stats().clients).toBe(0);
});
