import { defineChannels } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { settle, startClient } from './test-socket.fixture.js';

const trimmed = z.string().transform((text) => text.trim());
const channels = defineChannels({
  chat: { in: z.object({ text: z.string() }), out: trimmed, errors: { MUTED: z.object({ until: trimmed }) } },
  sum: { in: z.array(z.number()), out: z.string(), reply: z.number() },
  tail: { in: z.void(), stream: z.number() },
  price: { out: z.number(), answer: z.number() },
  mood: { in: z.string(), delivery: 'volatile' },
  save: { in: z.string(), reply: z.string(), idempotent: true },
  refresh: { out: z.void() },
  clear: { in: z.void(), reply: z.void() },
  ticks: { in: z.void(), stream: z.void() },
  slow: { in: z.number(), reply: z.string().refine(async () => true) },
  late: { in: z.string().refine(async () => true), reply: z.string() },
});

async function connectedClient() {
  const started = startClient({ channels });
  return { ...started, socket: await started.connected() };
}

describe('a client that carries the schemas', () => {
  it('refuses to send what does not fit, at the call site', async () => {
    const { client, socket } = await connectedClient();
    const wrong = { text: 5 } as never;
    expect(() => client.send('chat', wrong)).toThrow(
      expect.objectContaining({ code: 'invalid_input' }) as Error,
    );
    await expect(client.request('sum', ['1'] as never)).rejects.toMatchObject({
      code: 'invalid_input',
      path: 'sum',
      data: { issues: [{ path: [0] }] },
    });
    expect(socket.takeSent()).toEqual([]);
  });

  it('sends the original, not what the schema made of it', async () => {
    const { client, socket } = await connectedClient();
    client.send('chat', { text: 'hi', extra: true } as never);
    expect(socket.takeSent()).toEqual([{ path: 'chat', data: { text: 'hi', extra: true }, seq: 1 }]);
  });

  it('hands out what the schema makes of a message', async () => {
    const { client, socket } = await connectedClient();
    const heard: unknown[] = [];
    client.on('chat', (text) => heard.push(text));
    client.onAny(({ data }) => heard.push(data));
    socket.receive('chat', '  hi ');
    expect(heard).toEqual(['hi', 'hi']);
  });

  it('drops a message that does not fit, reports it, and stays connected', async () => {
    const { client, socket, errors } = await connectedClient();
    const heard: unknown[] = [];
    client.on('chat', (text) => heard.push(text));
    socket.receive('chat', 7);
    expect(heard).toEqual([]);
    expect(errors).toEqual([{ code: 'invalid_message', path: 'chat', data: 7 }]);
    expect(client.status.name).toBe('connected');
  });

  it('takes null and {} for nothing where the contract says that nothing comes, as the server does', async () => {
    const { client, socket, errors } = await connectedClient();
    const heard: unknown[] = [];
    client.on('refresh', (nothing) => heard.push(nothing));
    for (const data of [undefined, null, {}]) {
      socket.receive('refresh', data);
      const cleared = client.request('clear');
      const { id } = socket.takeSent()[0] ?? {};
      socket.receive('clear', data, { id: id! });
      expect(await cleared).toBeUndefined();
    }
    expect(heard).toEqual([undefined, undefined, undefined]);
    const ticks = client.stream('ticks')[Symbol.asyncIterator]();
    const { id } = socket.takeSent()[0] ?? {};
    socket.receive('ticks', null, { id: id!, more: true, n: 1 });
    expect(await ticks.next()).toEqual({ done: false, value: undefined });
    expect(errors).toEqual([]);
    expect(() => client.send('clear', {} as never)).toThrow(/invalid_input/);
  });

  it('rejects with a SocketError where a schema takes its time', async () => {
    const { client, socket } = await connectedClient();
    const asynchronous = { code: 'internal', cause: expect.any(TypeError) };
    await expect(client.request('late', 'x')).rejects.toMatchObject({ ...asynchronous, path: 'late' });
    const slow = client.request('slow', 1);
    socket.receive('slow', 'x', { id: 1 });
    await expect(slow).rejects.toMatchObject({ ...asynchronous, path: 'slow' });
  });

  it('parses answers by reply, and by out where there is none', async () => {
    const { client, socket } = await connectedClient();
    const sum = client.request('sum', [1]);
    const text = client.request('chat', { text: 'hi' });
    const misfit = client.request('sum', [1]);
    socket.receive('sum', 1, { id: 1 });
    socket.receive('chat', ' hi ', { id: 2 });
    socket.receive('sum', '1', { id: 3 });
    expect(await sum).toBe(1);
    expect(await text).toBe('hi');
    await expect(misfit).rejects.toMatchObject({ code: 'invalid_message' });
  });

  it('parses the data of a declared error', async () => {
    const { client, socket } = await connectedClient();
    const asked = client.request('chat', { text: 'hi' });
    socket.receive('chat', undefined, {
      id: 1,
      error: { code: 'MUTED', message: 'm', data: { until: ' noon ' } },
    });
    await expect(asked).rejects.toMatchObject({ code: 'MUTED', data: { until: 'noon' } });
  });

  it('ends a stream at an item that does not fit, and tells the server', async () => {
    const { client, socket } = await connectedClient();
    const reader = client.stream('tail')[Symbol.asyncIterator]();
    socket.takeSent();
    socket.receive('tail', 1, { id: 1, more: true, n: 1 });
    socket.receive('tail', 'two', { id: 1, more: true, n: 2 });
    expect(await reader.next()).toEqual({ done: false, value: 1 });
    await expect(reader.next()).rejects.toMatchObject({ code: 'invalid_message' });
    expect(socket.takeSent()).toEqual([{ path: '$cancel', data: 1 }]);
  });

  it('sends no answer that does not fit', async () => {
    const { client, socket, errors } = await connectedClient();
    client.handle('price', () => 'much' as never);
    socket.receive('price', 4, { id: 's1' });
    await settle();
    expect(socket.takeSent()).toMatchObject([{ error: { code: 'internal' } }]);
    expect(errors).toMatchObject([{ code: 'invalid_output', path: 'price' }]);
  });

  it('takes delivery and idempotent from the contract, before any welcome', async () => {
    const { client, connected } = startClient({ channels });
    client.send('mood', 'good');
    const saved = client.request('save', 'a');
    const socket = await connected();
    expect(socket.takeSent()).toEqual([{ path: 'save', data: 'a', id: 1 }]);
    socket.drop();
    const next = await connected();
    next.receive('save', 'done', { id: 1 });
    expect(await saved).toBe('done');
  });
});
