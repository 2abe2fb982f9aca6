// A client that somebody else might write, after PROTOCOL.md and in another language: protocol/client.py, cut off again and
// again, misses nothing.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { startCuttingProxy } from '../behaviour/cutting-proxy.js';
import { greet } from './raw-socket.js';
import { startTarget } from './reference-server.js';

const program = fileURLToPath(new URL('../../protocol/client.py', import.meta.url));
const python = process.env['PYTHON'] ?? 'python3';

/** Runs it and waits until it is in a room; `setup` is Python that runs before it. */
async function start(setup = '') {
  const target = await startTarget();
  onTestFinished(() => target.close());
  // a line to the server that can be broken
  const line = await startCuttingProxy(() => undefined);
  onTestFinished(() => line.close());
  line.target = Number(new URL(target.url).port);
  const room = `open-python-${Date.now()}`;
  // members of a room know of each other here: that is how one can tell that it is in
  const { socket } = await greet(`${target.url}/known`);
  socket.send({ path: '$join', data: { room }, id: 1 });
  await socket.heard();

  const run = `${setup}\nimport runpy, sys; runpy.run_path(sys.argv.pop(1))`;
  const arguments_ = ['-c', run, program, '127.0.0.1', String(line.port), '/known', room];
  const client = spawn(python, arguments_, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void client.kill('SIGKILL'));
  // a machine without Python fails here, and says so
  await once(client, 'spawn');
  const lines = createInterface(client.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value));
  while ((await socket.next()).path !== '$member');

  const publish = (text: string): void => socket.send({ path: 'announce', data: { room, text } });
  return { socket, line, publish, next };
}

it('a client of 40 lines of Python gets everything once and in order, however often its line breaks', async () => {
  const { socket, line, publish, next } = await start();
  const heard: unknown[] = [];
  for (let n = 0; n < 300; n += 1) {
    publish(String(n));
    if (n % 20 === 7) line.cut();
    // some are cut off while they are under way, some after they were printed
    if (n % 40 === 7) heard.push(await next());
    else await socket.heard();
  }
  while (heard.at(-1) !== '299') heard.push(await next());
  expect(heard).toEqual(Array.from({ length: 300 }, (_, n) => String(n)));
});

it('gives up a line on which nothing comes any more, and comes back', async () => {
  // its seconds are shorter here
  const { line, publish, next } = await start(`
import socket
settimeout = socket.socket.settimeout
socket.socket.settimeout = lambda sock, seconds: settimeout(sock, seconds / 50)`);
  line.blackHole();
  publish('into the void');
  expect(await next()).toBe('into the void');
  expect(line.accepted).toBeGreaterThan(1);
});

it('the client in Python has 40 lines, and imports nothing but the standard library', () => {
  const text = readFileSync(program, 'utf8');
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  expect(text.match(/^import .*|^from .*/gm)).toEqual(['import base64, json, os, socket, sys, time']);
});
