// What `ws` does with a connection, as the Transport shows it: real sockets, without sessions.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { constants, deflateRawSync } from 'node:zlib';
import type { Transport } from '@wirepact/core/internal';
import { createManualClock } from '@wirepact/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { defaultOptions } from '../resolve-options.js';
import { createCounters } from '../stats.js';
import { Upgrader } from './ws.js';

interface Given {
  readonly compression?: boolean;
  readonly protocols?: string[];
  readonly onMessage?: (transport: Transport, text: string | undefined) => void;
}

/** One connection and what its server's end was told, which can be waited for. */
async function connect({ compression = false, protocols = [], onMessage }: Given = {}) {
  const clock = createManualClock();
  const limits = { ...defaultOptions.limits, maxMessageBytes: 1_000 };
  const counters = createCounters();
  const upgrader = new Upgrader({ limits, compression, subprotocol: 'v1', clock, counters });
  const told: unknown[] = [];
  let wake = (): void => undefined;
  const tell = (what: unknown): void => {
    told.push(what);
    wake();
  };
  const server = createServer();
  const opened = new Promise<Transport>((resolve) => {
    server.on('upgrade', (request, socket, head) =>
      upgrader.upgrade(request, socket, head, (transport) => {
        transport.listen({
          message(text) {
            tell(text ?? 'binary');
            onMessage?.(transport, text);
          },
          drained: () => tell('drained'),
          closed: (code, reason) => tell({ code, reason }),
        });
        resolve(transport);
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, protocols);
  client.on('error', () => undefined);
  onTestFinished(async () => {
    client.terminate();
    await upgrader.close();
    server.close();
    await once(server, 'close');
    expect(clock.pending).toBe(0);
  });
  const transport = await opened;
  await once(client, 'open');

  /** Resolves once the server's end was told this. */
  const heard = async (what: unknown): Promise<void> => {
    let looked = 0;
    const isTold = (): boolean => {
      for (; looked < told.length; looked += 1) {
        if (JSON.stringify(told[looked]) === JSON.stringify(what)) return true;
      }
      return false;
    };
    while (!isTold()) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { upgrader, client, transport, told, heard, clock, counters };
}

/** A frame of a client's whose mask changes nothing. */
const frameOf = (opcode: number, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from([opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]);

const compressedFrame = (text: string): Buffer =>
  // without the four bytes that end every message
  frameOf(0xc1, deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4));

const closeFrame = frameOf(0x88, Buffer.from([0x03, 0xe8]));

const closeOf = async (client: WebSocket): Promise<unknown> => {
  const [code, reason] = (await once(client, 'close')) as [number, Buffer];
  return { code, reason: reason.toString() };
};

describe('a connection', () => {
  it('carries text both ways, and says when something came', async () => {
    const { client, transport, heard } = await connect();
    const { receivedBytes } = transport;
    client.send('é');
    await heard('é');
    expect(transport.receivedBytes).toBeGreaterThan(receivedBytes + 2);
    transport.send('back');
    const [data] = (await once(client, 'message')) as [Buffer];
    expect(data.toString()).toBe('back');
  });

  it.each([
    [['v1'], 'v1'],
    [['other', 'v1'], 'v1'],
    [['v1', 'wirepact.auth.c2VjcmV0'], 'v1'],
    [[], ''],
  ])('that offers %j agrees on %j', async (protocols, agreed) => {
    const { client, transport } = await connect({ protocols });
    expect([transport.protocol, client.protocol]).toEqual([agreed, agreed]);
  });

  it('shows how much is left of a large message while that is read', async () => {
    const { transport, client, told } = await connect();
    const left = async (isReached: (bytes: number) => boolean): Promise<number> => {
      while (!isReached(transport.unsentBytes ?? 0)) await setImmediate();
      return transport.unsentBytes ?? 0;
    };
    client.pause();
    transport.send('x'.repeat(30_000_000));
    const unread = await left((bytes) => bytes > 0);
    client.resume();
    expect(await left((bytes) => bytes < unread)).toBeGreaterThan(0);
    expect(told).not.toContain('drained');
  });

  it('hands no bytes of a binary message on', async () => {
    const { client, heard } = await connect();
    client.send(Buffer.from([1, 2, 3]));
    await heard('binary');
  });

  it.each([false, true])('says when what was sent has been taken (compression: %s)', async (compression) => {
    const { transport, heard } = await connect({ compression });
    transport.send('x'.repeat(50_000));
    await heard('drained');
    expect(transport.bufferedBytes).toBe(0);
  });

  it('is a sign of life by a pong', async () => {
    const { transport, client, heard } = await connect();
    const { receivedBytes } = transport;
    transport.ping();
    await once(client, 'ping');
    client.send('after');
    await heard('after');
    // each frame of a client has six bytes around what it carries
    expect(transport.receivedBytes).toBe(receivedBytes + 6 + 6 + 'after'.length);
  });
});

describe('pausing', () => {
  const pauseAt = (...texts: string[]): Given => ({
    onMessage: (transport, text) => {
      if (texts.includes(text ?? '')) transport.pause();
    },
  });

  it('keeps messages back, in order, until it is over', async () => {
    const { client, transport, told, heard } = await connect(pauseAt('3', '50'));
    const messages = Array.from({ length: 100 }, (_, n) => String(n));
    for (const text of messages) client.send(text);
    for (const last of ['3', '50']) {
      await heard(last);
      await setImmediate();
      expect(told.at(-1)).toBe(last);
      transport.resume();
    }
    await heard('99');
    expect(told).toEqual(messages);
  });

  it('and going on with each of thousands of messages that were kept back takes no stack', async () => {
    const { client, transport, told, heard } = await connect({
      onMessage: (transport, text) => {
        transport.pause();
        if (text !== 'stop') transport.resume();
      },
    });
    const messages = Array.from({ length: 5_000 }, (_, n) => String(n));
    for (const text of ['stop', ...messages]) client.send(text);
    await heard('stop');
    while (transport.isReading) await setImmediate();
    transport.resume();
    await heard('4999');
    expect(told).toEqual(['stop', ...messages]);
    expect(transport.isReading).toBe(true);
  });

  it('still hears pongs', async () => {
    const { client, transport, heard, told } = await connect(pauseAt('stop'));
    client.send('stop');
    client.send('held');
    await heard('stop');
    client.ping();
    await once(client, 'pong');
    expect([transport.isReading, told]).toEqual([true, ['stop']]);
  });

  it('ends when the other side has closed: what it said before is heard, in order', async () => {
    const { client, told, heard } = await connect(pauseAt('63', '70'));
    const messages = Array.from({ length: 100 }, (_, n) => String(n));
    for (const text of messages) client.send(text);
    client.close(4000, 'that is all');
    await heard({ code: 4000, reason: 'that is all' });
    expect(told).toEqual([...messages, { code: 4000, reason: 'that is all' }]);
  });

  it('ends with what is held unheard when the line is cut, or this side has closed', async () => {
    for (const isCut of [true, false]) {
      const { client, transport, told, heard } = await connect(pauseAt('stop'));
      client.send('stop');
      client.send('held');
      await heard('stop');
      client.ping();
      await once(client, 'pong');
      if (isCut) client.terminate();
      else transport.close(1001, '');
      await heard({ code: isCut ? 1006 : 1001, reason: '' });
      expect(told).toHaveLength(2);
    }
  });

  it('hears no more than 64 KiB of what comes compressed before a close: a few bytes may be any number', async () => {
    const { client, counters, told, heard } = await connect({ compression: true, ...pauseAt('stop') });
    const large = 'x'.repeat(1_000);
    const frames = ['stop', ...Array.from({ length: 200 }, () => large)].map(compressedFrame);
    const { _socket: socket } = client as unknown as { readonly _socket: Duplex };
    // in one piece, as the network may bring it
    socket.write(Buffer.concat([...frames, closeFrame]));
    await heard({ code: 1000, reason: '' });
    expect(told.slice(1, -1)).toEqual(Array.from({ length: 66 }, () => large));
    expect(counters.limited.unread).toBe(134);
  });

  it.each([
    ['text', 'x'.repeat(500)],
    ['bytes', Buffer.alloc(500)],
    ['nothing', ''],
  ])('stops the reading when too much %s is held, and goes on with it', async (_what, message) => {
    const { client, transport, told, heard } = await connect(pauseAt('stop'));
    client.send('stop');
    for (let n = 0; n < 5_000; n += 1) client.send(message);
    client.send('last');
    await heard('stop');
    while (transport.isReading) await setImmediate();
    for (let turn = 0; turn < 10; turn += 1) await setImmediate();
    // of up to 2.5 MB: what is held, and what the socket's own buffer takes
    expect(transport.receivedBytes).toBeLessThan(1_000_000);
    expect(told).toEqual(['stop']);
    transport.resume();
    await heard('last');
    expect(told).toHaveLength(5_002);
  });
});

describe('closing', () => {
  it('by the client tells its code and reason', async () => {
    const { client, told, heard } = await connect();
    client.close(4001, 'away');
    await heard({ code: 4001, reason: 'away' });
    expect(told).toHaveLength(1);
  });

  it('by the server tells the server’s, once', async () => {
    const { client, transport, told, heard } = await connect();
    const closed = closeOf(client);
    transport.close(4000, 'why');
    transport.close(4001, 'again');
    expect(await closed).toEqual({ code: 4000, reason: 'why' });
    await heard({ code: 4000, reason: 'why' });
    transport.terminate();
    transport.send('late');
    transport.ping();
    transport.pause();
    transport.resume();
    expect(told).toHaveLength(1);
  });

  it('and terminating at once still tells why the server closed', async () => {
    const { client, transport, heard } = await connect();
    const closed = closeOf(client);
    transport.close(4508, 'slow');
    transport.terminate();
    await heard({ code: 4508, reason: 'slow' });
    await closed;
  });

  it('is abnormal when the line is cut', async () => {
    const { client, heard } = await connect();
    client.terminate();
    await heard({ code: 1006, reason: '' });
  });

  it('is answered although reading is paused', async () => {
    const { client, transport, heard } = await connect();
    transport.pause();
    for (let n = 0; n < 5_000; n += 1) client.send('x'.repeat(500));
    while (transport.isReading) await setImmediate();
    const closed = closeOf(client);
    transport.close(1001, 'going');
    expect(await closed).toEqual({ code: 1001, reason: 'going' });
    await heard({ code: 1001, reason: 'going' });
  });

  it('with 1009 meets a message that is too large, and the server knows why', async () => {
    const { client, told } = await connect();
    const closed = closeOf(client);
    client.send('x'.repeat(1_000));
    client.send('x'.repeat(1_001));
    expect(await closed).toMatchObject({ code: 1009 });
    expect(told).toMatchObject(['x'.repeat(1_000), { code: 1009 }]);
  });
});

describe('close of the upgrader', () => {
  it('resolves when everybody has answered', async () => {
    const { upgrader, client, told, clock } = await connect();
    const closed = closeOf(client);
    await upgrader.close();
    expect(await closed).toMatchObject({ code: 1001 });
    expect(told).toMatchObject([{ code: 1001 }]);
    expect(clock.pending).toBe(0);
  });

  it('cuts off who does not answer within a second', async () => {
    const { upgrader, client, clock, told } = await connect();
    client.pause();
    const closing = upgrader.close();
    expect(clock.pending).toBe(1);
    clock.advance(1_000);
    await closing;
    expect(told).toMatchObject([{ code: 1001 }]);
    client.resume();
    await once(client, 'close');
  });
});
