// The two forms of a client: one that knows the contract as a type only, and one that carries its schemas.
import { defineChannels } from '@wirepact/core';
import { createClient } from '@wirepact/client';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { channels } from './channels.js';
import { startApp } from './start-app.js';
import { transports } from './transports.js';

const noon = '2025-01-01T12:00:00.000Z';

describe.each(transports)('forms of a client over $name', (transport) => {
  test('a client of types hands out JSON, and one with schemas what they make of it', async () => {
    const app = await startApp(transport);
    const parsing = app.adopt(createClient({ ...app.clientOptions, channels }));
    const heard: unknown[] = [];
    app.client.on('moment', (moment) => heard.push(moment));
    parsing.on('moment', (moment) => heard.push(moment));
    await app.advance(0);
    app.sockets.sendToAll('moment', noon);
    await app.settle();
    expect(heard).toEqual([noon, new Date(noon)]);
  });

  test('a client with schemas checks what it sends, and sends the original', async () => {
    const received: unknown[] = [];
    const app = await startApp(transport, {
      server: {
        event: { onMessage: (_, { data }) => void received.push(data) },
        routes: { save: (_, { n }) => ({ n }) },
      },
    });
    const trimming = defineChannels({
      ...channels,
      count: { in: z.object({ n: z.number().transform((n) => n * 2) }) },
    });
    const client = app.adopt(createClient({ ...app.clientOptions, channels: trimming }));
    client.send('count', { n: 1 });
    expect(() => client.send('count', { n: 'one' } as never)).toThrow(
      expect.objectContaining({ code: 'invalid_input', path: 'count' }) as Error,
    );
    await expect(client.request('save', { n: 'one' } as never)).rejects.toMatchObject({
      code: 'invalid_input',
      data: { issues: [{ path: ['n'] }] },
    });
    await app.advance(0);
    expect(received).toEqual([{ n: 1 }]);
    expect(await client.request('save', { n: 1 })).toEqual({ n: 1 });
  });

  test('what is received and does not fit is invalid_message, and the connection goes on', async () => {
    const app = await startApp(transport, {
      server: {
        routes: {
          save: (_, { n }) => ({ n }),
          async *tail() {
            yield 1;
            yield -1;
          },
        },
      },
    });
    const Positive = z.object({ n: z.number().positive() });
    const strict = defineChannels({
      ...channels,
      count: { out: Positive },
      save: { in: z.object({ n: z.number() }), reply: Positive },
      tail: { in: z.object({ n: z.number() }), stream: z.number().positive() },
    });
    const client = app.adopt(createClient({ ...app.clientOptions, channels: strict }));
    const heard: unknown[] = [];
    client.on('count', (data) => heard.push(data));
    await app.advance(0);
    app.sockets.sendToAll('count', { n: -1 });
    app.sockets.sendToAll('count', { n: 1 });
    await app.settle();
    expect(heard).toEqual([{ n: 1 }]);
    expect(app.takeClientErrors()).toMatchObject([
      { code: 'invalid_message', path: 'count', data: { n: -1 }, error: { data: { issues: [{}] } } },
    ]);
    await expect(client.request('save', { n: -1 })).rejects.toMatchObject({ code: 'invalid_message' });
    expect(await client.request('save', { n: 1 })).toEqual({ n: 1 });

    const items: number[] = [];
    const read = async (): Promise<void> => {
      for await (const item of client.stream('tail', { n: 0 })) items.push(item);
    };
    await expect(read()).rejects.toMatchObject({ code: 'invalid_message' });
    expect(items).toEqual([1]);
  });

  test('a client of types learns from the server which channels are not reliable', async () => {
    const received: unknown[] = [];
    const app = await startApp(transport, {
      server: { event: { onMessage: (_, { path, data }) => void received.push([path, data]) } },
    });
    await app.cut();
    app.client.send('typing', 'dropped');
    app.client.send('volume', 1);
    app.client.send('volume', 2);
    app.client.send('count', { n: 1 });
    await app.advance(2_000);
    expect(received).toEqual([
      ['volume', 2],
      ['count', { n: 1 }],
    ]);
  });
});
