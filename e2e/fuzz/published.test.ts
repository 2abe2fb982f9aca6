// Plays every published shape against the whole server: it answers as it should, goes on, and nothing is changed for anybody.
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { RawClient } from '../conformance/rfc6455/raw-client.js';
import { text } from '../conformance/rfc6455/frame.js';
import { startServer } from '../security/guarded-server.js';
import { RawLine } from '../security/raw-line.js';
import { frameShapes, handshakeShapes, messageShapes } from './published.js';

type Sockets = ReturnType<typeof startServer>['sockets'];

/** Whether the server still serves. */
async function expectWell(sockets: Sockets): Promise<void> {
  const line = await RawLine.open(sockets);
  line.write(text('{"path":"echo","data":"well","id":"well"}'));
  await line.settle();
  expect(line.takeTexts()).toEqual(['{"path":"echo","data":"well","id":"well"}']);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
}

test('there are more than 20 of them, each once', () => {
  const ids = [...handshakeShapes, ...frameShapes, ...messageShapes].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(20);
});

test.each(handshakeShapes)('$id, $was', async ({ request, statuses }) => {
  const { sockets } = startServer({ hosts: ['app.example', 'x'] });
  const { port } = await sockets.listen({ port: 0, path: '/ws', host: '127.0.0.1' });
  const startedAt = performance.now();
  if (statuses.length === 0) {
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    socket.write(request);
    socket.resetAndDestroy();
  } else {
    const { head, client } = await RawClient.attempt(`ws://127.0.0.1:${port}/ws`, [request]);
    client.destroy();
    expect(statuses).toContain(Number(head.split(' ')[1]));
  }
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  await expectWell(sockets);
});

test.each(frameShapes)('$id, $was', async ({ chunks, code, isCompressed = false }) => {
  const { sockets, handled } = startServer({ compression: isCompressed });
  const headers = isCompressed ? { 'sec-websocket-extensions': 'permessage-deflate' } : {};
  const line = await RawLine.open(sockets, headers);
  const before = process.memoryUsage().arrayBuffers;
  line.write(...chunks);
  do await line.settle();
  while (code !== undefined && line.code === undefined);
  expect(line.code).toBe(code);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20);
  expect(handled).toEqual([]);
  expect(line.fault).toBeUndefined();
  await expectWell(sockets);
});

test.each(messageShapes)('$id, $was', async ({ messages }) => {
  const { sockets, errors } = startServer();
  const line = await RawLine.open(sockets);
  for (const message of messages) line.write(text(message));
  await line.settle();
  expect(line.answers).toHaveLength(messages.length);
  expect([line.code, errors.length]).toEqual([undefined, 0]);
  await expectWell(sockets);
});
